import { type Correction, type FitSpec, hyperRule } from "../../hypersolver/index.js";
import {
  type ButcherTableau,
  type CompiledSolveOptions,
  dopri5,
  euler,
  type Field,
  heun,
  midpoint,
  rk4,
  tableauRule,
} from "../../ode/index.js";
import { hyperTitle, methodTitle } from "../fit/comparison.js";
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
      ...{ name: title(euler), file: "correction.onnx" },
      fit: { base: euler.name, steps: steps(euler), architecture },
    },
    {
      ...{ name: `${title(euler)}, features`, file: "correction-features.onnx" },
      fit: { base: euler.name, steps: steps(euler), architecture: "features" },
    },
    {
      ...{ name: title(midpoint), file: "correction-midpoint.onnx" },
      fit: { base: midpoint.name, steps: steps(midpoint), architecture },
    },
    {
      ...{ name: `${title(midpoint)}, 2 steps`, file: "correction-four.onnx" },
      fit: { base: midpoint.name, steps: 2, architecture: "features" },
    },
  ];
}

/** One way to solve, with its costs where they are known before. */
export interface ImageMethod {
  readonly name: string;
  readonly role: "hypersolver" | "base" | "reference" | "other";
  readonly steps: number | undefined;
  readonly tolerance: number | undefined;
  readonly correction?: Correction;
  /** Whether a hypersolver takes the steps that its g learned. */
  readonly fitted?: boolean;
  /** Without the span, which is the classifier's. */
  readonly solve: Omit<CompiledSolveOptions, "span" | "times" | "mesh">;
}

/** Numbers of evaluations that fixed methods are given. */
const BUDGETS = [2, 4, 6, 8, 10, 12, 16, 20];
const TOLERANCES = [1e-1, 1e-2, 1e-3, 1e-4];
const classics: readonly ButcherTableau[] = [euler, midpoint, heun, rk4];

/** Of them those that hypersolvers of 10 evaluations are given beside their own: far from it g is lost. */
const HYPER_BUDGETS = BUDGETS.filter((budget) => budget >= 8);

/** Every solver that a user could pick, and the hypersolvers at the step that they learned and around it. */
export function imageMethods(
  field: Field,
  corrections: Readonly<Record<string, { readonly correction: Correction; readonly steps: number }>>,
): ImageMethod[] {
  const fixed = classics.flatMap((tableau) => {
    const counts = new Set(BUDGETS.map((budget) => Math.floor(budget / tableau.stages)));
    return [...counts]
      .filter((steps) => steps > 0)
      .map((steps): ImageMethod => fixedMethod(field, tableau, steps));
  });
  const adaptive = TOLERANCES.map(
    (tolerance): ImageMethod => ({
      ...{ name: "dopri5", role: "reference", steps: undefined, tolerance },
      solve: { method: dopri5, rtol: tolerance, atol: tolerance },
    }),
  );
  const hyper = Object.entries(corrections).flatMap(([name, fit]) => hyperMethods(field, name, fit));
  return [...fixed, ...adaptive, ...hyper];
}

function hyperMethods(
  field: Field,
  name: string,
  { correction, steps: own }: { readonly correction: Correction; readonly steps: number },
): ImageMethod[] {
  const { nfe } = hyperRule(field, correction).cost;
  const counts = own * nfe === EVALUATIONS ? HYPER_BUDGETS.map((budget) => Math.floor(budget / nfe)) : [own];
  return counts.map((steps) => ({
    ...{ name, role: "hypersolver", steps, tolerance: undefined, correction, fitted: steps === own },
    solve: { steps, rule: hyperRule(field, correction) },
  }));
}

const fixedMethod = (field: Field, tableau: ButcherTableau, steps: number): ImageMethod => ({
  ...{ name: methodTitle(tableau.name), role: tableau === euler ? "base" : "other", steps },
  tolerance: undefined,
  solve: { steps, rule: tableauRule(field, tableau) },
});

/** Whether a method spends about as much as the paper's comparison: RK4 cannot spend 10, and takes 8. */
export const isOfTenEvaluations = ({ role, steps, solve, fitted = false }: ImageMethod): boolean =>
  role === "hypersolver"
    ? fitted
    : steps !== undefined &&
      steps === Math.floor(EVALUATIONS / (solve.rule?.cost.nfe ?? Number.POSITIVE_INFINITY));
