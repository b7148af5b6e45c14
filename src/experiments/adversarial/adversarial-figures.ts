import type { AdversarialNumbers } from "../../hypersolver/internal.js";
import { type ArrowPanel, type Figure, seriesCurve, vectorField } from "../../plot/index.js";
import type { Course } from "./game.js";

/** The field before and after, with trajectories by dopri5. @param reach half the side of the drawn square. */
export const dynamicsFigure = (panels: readonly ArrowPanel[], reach: number): Figure =>
  vectorField(panels, {
    name: "dynamics",
    title: "The field before and after",
    range: { x: [-reach, reach], y: [-reach, reach] },
    caption:
      "f(1/2, z) as arrows, trajectories by dopri5 from s = 0 (hollow) to s = 1 (filled): the given flow; after an attack on a correction that stays; after a game with one that learns.",
  });

const shown = {
  error: { title: "Error of the hypersolver under attack", label: "mean error at s = 1", scale: "log" },
  nfe: { title: "Evaluations of dopri5 at 1e-5", label: "evaluations", scale: "linear" },
  eigenvalue: {
    title: "Largest |λ| of ∂f/∂z along trajectories",
    label: "mean of the largest |λ|",
    scale: "log",
  },
} as const;

/** Error and stiffness over the rounds, a picture each. */
export const courseFigures = (courses: readonly Course[]): Figure[] =>
  Object.entries(shown).map(([name, { title, label, scale }]) =>
    seriesCurve(
      courses.map(({ label: course, points }, i) => ({
        label: course,
        role: i === 0 ? "base" : "hypersolver",
        iterations: points.map(({ round }) => round),
        values: points.map(({ numbers }) => numbers[name as keyof AdversarialNumbers]),
      })),
      {
        ...{ name: `attack-${name}`, title, valueLabel: label, axisLabel: "updates of the field", scale },
        caption:
          "Of validation states on the field of now. In the game a curve falls where another adversary begins.",
      },
    ),
  );
