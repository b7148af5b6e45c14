import type { CoefficientFit } from "../../hypersolver/index.js";
import { hasImageStates } from "../../hypersolver/internal.js";
import type { Field } from "../../ode/index.js";
import type { LossCurve } from "../../plot/index.js";
import type { Competitor } from "../kit/competitor.js";
import { standardCompetitors } from "../kit/competitors.js";
import type { LearnedSolver, TrainingPoint } from "./learned-solver.js";

/** What a fit through whole solves tells of its training, whatever it learned. */
interface EndFit extends Pick<CoefficientFit, "curve"> {
  readonly spec: { readonly loss: "log" | "distance" };
}

/** Of dopri5: from so loose that it takes its fewest evaluations. */
const TOLERANCES = [1e-1, 1e-2, 1e-3, 1e-5];

/** The classical methods, among them what is shown beside the learned one as its base, and the learned one. */
export function withLearned(
  field: Field,
  budget: readonly number[],
  { method, title, base }: Pick<LearnedSolver, "method" | "title" | "base">,
): Competitor[] {
  const usual = standardCompetitors(field, { budget, tolerances: TOLERANCES });
  const isThere = usual.some((each) => each.method.text === base.text);
  const all = isThere ? usual : [{ method: base, role: "base" as const }, ...usual];
  const roles = all.map(
    (each): Competitor => (each.method.name === base.name ? { ...each, role: "base" } : each),
  );
  return [...roles, { method, title, role: "hypersolver" }];
}

/** A training through whole solves, point by point. */
export const endLosses = ({ curve }: EndFit): TrainingPoint[] =>
  curve.map(({ iteration, loss, phase, learningRate, metrics: { error } }) => {
    const point = { iteration, loss, kind: phase, learningRate };
    return error === undefined ? point : { ...point, error };
  });

/** Errors at the end of the span: of mini-batches, and of validation states where they are in the same unit. */
export function endCurves(field: Field, { curve, spec }: EndFit): LossCurve[] {
  const isRelative = spec.loss === "log";
  const iterations = (points: EndFit["curve"]): number[] => points.map(({ iteration }) => iteration);
  const training: LossCurve = {
    label: isRelative ? "relative error of mini-batches" : "error of mini-batches",
    role: "hypersolver",
    losses: curve.map(({ loss }) => (isRelative ? Math.exp(loss) : loss)),
    iterations: iterations(curve),
  };
  const validated = curve.filter(({ validated: own }) => own);
  if (isRelative !== hasImageStates(field) || validated.length === 0) return [training];
  const losses = validated.map(({ metrics: { error = Number.NaN } }) => error);
  return [
    training,
    { label: "of validation states", role: "base", losses, iterations: iterations(validated) },
  ];
}
