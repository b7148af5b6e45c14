import { type Correction, type FitSpec, hyper } from "../../hypersolver/index.js";
import { adaptive, type ButcherTableau, dopri5, euler, fixed, midpoint } from "../../ode/index.js";
import { hyperTitle } from "../fit/comparison.js";
import { type Competitor, labelsOf, stepsWithin } from "../kit/competitor.js";
import { classics } from "../kit/competitors.js";
import type { ImagePreset } from "./presets.js";

/** Evaluations of f at which the paper compares: K = 10 steps of Euler. */
export const EVALUATIONS = 10;

/** How one hypersolver is fitted. */
export interface ImageHypersolver {
  readonly name: string;
  readonly file: string;
  readonly fit: Pick<FitSpec, "base" | "steps" | "architecture">;
}

/**
 * The paper's HyperEuler; one whose g reads what f computes inside; and HyperMidpoint, all of 10 evaluations. Last
 * HyperMidpoint of 4, whose g reads what f computes: to see how few keep the classes.
 */
export function imageHypersolvers(architecture: ImagePreset["correction"]): ImageHypersolver[] {
  const steps = (base: ButcherTableau): number => Math.floor(EVALUATIONS / base.stages);
  const title = (base: ButcherTableau): string => hyperTitle(base.name);
  return [
    {
      name: title(euler),
      file: "correction.onnx",
      fit: { base: euler.name, steps: steps(euler), architecture },
    },
    {
      name: `${title(euler)}, features`,
      file: "correction-features.onnx",
      fit: { base: euler.name, steps: steps(euler), architecture: "features" },
    },
    {
      name: title(midpoint),
      file: "correction-midpoint.onnx",
      fit: { base: midpoint.name, steps: steps(midpoint), architecture },
    },
    {
      name: `${title(midpoint)}, 2 steps`,
      file: "correction-four.onnx",
      fit: { base: midpoint.name, steps: 2, architecture: "features" },
    },
  ];
}

/** Corrections by hypersolver, each with the number of steps that it learned. */
export type ImageCorrections = Readonly<
  Record<string, { readonly correction: Correction; readonly steps: number }>
>;

/** Numbers of evaluations that fixed methods are given. */
const BUDGETS = [2, 4, 6, 8, 10, 12, 16, 20];
const TOLERANCES = [1e-1, 1e-2, 1e-3, 1e-4];

/** Of them those that hypersolvers of 10 evaluations are given beside their own: far from it g is lost. */
const HYPER_BUDGETS = BUDGETS.filter((budget) => budget >= 8);

/** Every solver that a user could pick, and the hypersolvers at the step that they learned and around it. */
export function imageMethods(corrections: ImageCorrections): Competitor[] {
  const alone = classics.flatMap((tableau) =>
    stepsWithin(BUDGETS, (steps) => tableau.stages * steps).map(
      (steps): Competitor => ({
        method: fixed(tableau, { steps }),
        role: tableau === euler ? "base" : "other",
      }),
    ),
  );
  const controlled = TOLERANCES.map(
    (tolerance): Competitor => ({
      method: adaptive(dopri5, { rtol: tolerance, atol: tolerance }),
      role: "reference",
    }),
  );
  const corrected = Object.entries(corrections).flatMap(([title, { correction, steps: own }]) => {
    const { stages } = correction.base;
    const counts =
      own * stages === EVALUATIONS ? stepsWithin(HYPER_BUDGETS, (count) => stages * count) : [own];
    return counts.map(
      (steps): Competitor => ({
        method: hyper(correction, { steps }),
        title,
        role: "hypersolver",
        fitted: steps === own,
      }),
    );
  });
  return [...alone, ...controlled, ...corrected];
}

/** Whether a method spends about as much as the paper's comparison: RK4 cannot spend 10, and takes 8. */
export function isOfTenEvaluations(competitor: Competitor): boolean {
  const { role, fitted = false, method } = competitor;
  if (role === "hypersolver") return fitted;
  const { tableau } = method;
  return (
    method.kind === "fixed" &&
    tableau !== undefined &&
    labelsOf(competitor).steps === Math.floor(EVALUATIONS / tableau.stages)
  );
}
