import type { CoefficientFit } from "../../hypersolver/index.js";
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
  curve.map(({ iteration, loss, phase, learningRate, metrics: { error, relative, learned } }) => {
    const point = { iteration, loss, kind: phase, learningRate };
    return error === undefined ? point : { ...point, error, relative, learned };
  });

/** Relative errors at the end of the span: of mini-batches, of validation states, and of states that were learned from. */
export function endCurves({ curve, spec }: EndFit): LossCurve[] {
  const validated = curve.filter(({ validated: own }) => own);
  const { error = 1, relative = 1 } = validated.at(-1)?.metrics ?? {};
  const norm = error / relative;
  const batches: LossCurve = {
    label: "mini-batches",
    role: "other",
    losses: curve.map(({ loss }) => (spec.loss === "log" ? Math.exp(loss) : loss / norm)),
    iterations: curve.map(({ iteration }) => iteration),
  };
  const looks = (
    label: string,
    role: NonNullable<LossCurve["role"]>,
    name: "relative" | "learned",
  ): LossCurve => ({
    label,
    role,
    losses: validated.map(({ metrics }) => metrics[name] ?? Number.NaN),
    iterations: validated.map(({ iteration }) => iteration),
  });
  if (validated.length === 0) return [batches];
  return [
    batches,
    looks("validation states", "hypersolver", "relative"),
    looks("states learned from", "base", "learned"),
  ];
}
