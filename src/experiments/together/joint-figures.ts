import { type Figure, type SeriesCurveOptions, seriesCurve } from "../../plot/index.js";
import type { Role } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import type { Course, CoursePoint } from "./course.js";
import type { JointMetrics } from "./joint-metrics.js";

/** Quality over evaluations and over time, and what the switch saw. */
export function jointFigures({ flow = [], images = [] }: Partial<JointMetrics>): Figure[] {
  const [flows, classifiers] = [whole(flow), whole(images)];
  const evaluations = { axisLabel: "evaluations of f, of a mini-batch" } as const;
  return [
    ...courseFigure(flows, ({ evaluations: x }) => x, {
      ...{ name: "flow-evaluations", title: "Likelihood of the flow by what it cost", ...evaluations },
      ...{ valueLabel: "NLL of validation data (nats)" },
      caption: "Validation by dopri5 at 1e-5, whatever solver trained: one in too few steps is seen to lie.",
    }),
    ...courseFigure(classifiers, ({ evaluations: x }) => x, {
      ...{ name: "images-evaluations", title: "Accuracy of the classifier by what it cost", ...evaluations },
      ...{ valueLabel: "accuracy on validation images" },
      caption: "Validation by dopri5 at 1e-3, whatever solver trained.",
    }),
    ...errorFigure([...flows, ...classifiers]),
  ];
}

const whole = (courses: JointMetrics["flow"]): Course[] =>
  courses.flatMap((course) => (isBroken(course) ? [] : [course]));

/** Colors by what solves: the adaptive solver, hypersolvers, fixed steps. */
function roleOf(label: string): Role {
  if (label.startsWith("dopri5")) return "reference";
  return label.startsWith("joint") ? "hypersolver" : "other";
}

function courseFigure(
  courses: readonly Course[],
  x: (point: CoursePoint) => number,
  options: SeriesCurveOptions,
): Figure[] {
  const curves = courses.map(({ label, points }) => {
    const drawn = points.filter(({ quality }) => Number.isFinite(quality));
    return {
      label,
      role: roleOf(label),
      values: drawn.map(({ quality }) => quality),
      iterations: drawn.map(x),
    };
  });
  const drawable = curves.filter(({ values }) => values.length > 1);
  return drawable.length === 0 ? [] : [seriesCurve(drawable, { height: 320, ...options })];
}

function errorFigure(courses: readonly Course[]): Figure[] {
  const curves = courses.flatMap(({ label, points }) => {
    const drawn = points.filter(({ error = 0 }) => error > 0);
    if (drawn.length < 2) return [];
    const values = drawn.map(({ error = Number.NaN }) => error);
    return [{ label, values, iterations: drawn.map(({ iteration }) => iteration) }];
  });
  if (curves.length === 0) return [];
  return [
    seriesCurve(curves, {
      name: "errors",
      title: "Errors of the hypersolvers while field and g learn",
      valueLabel: "relative error at the end of the span",
      scale: "log",
      caption: "On rows of the mini-batches that g has not learned from yet.",
    }),
  ];
}
