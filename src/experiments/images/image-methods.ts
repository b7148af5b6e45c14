import { type FitOptions, hyper } from "../../hypersolver/index.js";
import {
  adaptive,
  type ButcherTableau,
  dopri5,
  euler,
  type Field,
  fixed,
  midpoint,
} from "../../ode/index.js";
import { hyperTitle } from "../fit/comparison.js";
import { atBudgets, type Contestant, classics, contestantsOf } from "../kit/contestant.js";
import type { FittedCorrection, ImageCorrections } from "./fit-hypersolvers.js";
import type { ImagePreset } from "./presets.js";

/** Evaluations of f at which the paper compares: K = 10 steps of Euler. */
export const EVALUATIONS = 10;

/** How one hypersolver is fitted. */
export interface ImageHypersolver {
  readonly name: string;
  readonly file: string;
  readonly fit: Pick<FitOptions, "base" | "steps" | "architecture">;
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
      ...{ name: title(euler), file: "correction.onnx" },
      fit: { base: euler, steps: steps(euler), architecture },
    },
    {
      ...{ name: `${title(euler)}, features`, file: "correction-features.onnx" },
      fit: { base: euler, steps: steps(euler), architecture: "features" },
    },
    {
      ...{ name: title(midpoint), file: "correction-midpoint.onnx" },
      fit: { base: midpoint, steps: steps(midpoint), architecture },
    },
    {
      ...{ name: `${title(midpoint)}, 2 steps`, file: "correction-four.onnx" },
      fit: { base: midpoint, steps: 2, architecture: "features" },
    },
  ];
}

/** Numbers of evaluations that fixed methods are given. */
const BUDGETS = [2, 4, 6, 8, 10, 12, 16, 20];
const TOLERANCES = [1e-1, 1e-2, 1e-3, 1e-4];

/** Of them those that hypersolvers of 10 evaluations are given beside their own: far from it g is lost. */
const HYPER_BUDGETS = BUDGETS.filter((budget) => budget >= 8);

/** Every solver that a user could pick, and the hypersolvers at the step that they learned and around it. */
export function imageContestants(field: Field, corrections: ImageCorrections): Contestant[] {
  const alone = classics.flatMap((tableau) =>
    atBudgets(fixed(tableau, { steps: 1 }), field, BUDGETS).map(
      (method): Contestant => ({
        ...{ name: method.title, role: tableau === euler ? "base" : "other", method },
      }),
    ),
  );
  const controlled = TOLERANCES.map((tolerance) => adaptive(dopri5, { rtol: tolerance, atol: tolerance }));
  const corrected = Object.entries(corrections).flatMap(([name, fit]) => hyperContestants(field, name, fit));
  return [...alone, ...contestantsOf(controlled), ...corrected];
}

function hyperContestants(
  field: Field,
  name: string,
  { correction, steps: own }: FittedCorrection,
): Contestant[] {
  const learned = hyper(correction, { steps: own });
  const { nfe } = learned.scheme(field).cost(own);
  const methods = nfe === EVALUATIONS ? atBudgets(learned, field, HYPER_BUDGETS) : [learned];
  return methods.map((method) => ({
    ...{ name, role: "hypersolver", method, fitted: method.text === learned.text },
  }));
}

/** Whether a method spends about as much as the paper's comparison: RK4 cannot spend 10, and takes 8. */
export function isOfTenEvaluations({ role, method, fitted = false }: Contestant, field: Field): boolean {
  if (role === "hypersolver") return fitted;
  return (
    method.kind === "fixed" &&
    atBudgets(method, field, [EVALUATIONS]).some(({ text }) => text === method.text)
  );
}
