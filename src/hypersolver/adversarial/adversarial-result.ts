import type { Field } from "../../ode/index.js";
import type { CurvePoint, TrainingOutcome } from "../../optim/internal.js";
import type { Correction } from "../correction/correction.js";
import type { AdversarialNumbers } from "./adversarial-measure.js";
import { type AdversarialGame, ATTACKER, sidesOf } from "./adversarial-players.js";
import type { EffectiveAdversarial } from "./adversarial-table.js";

/** A point of the curve of an adversarial fit: means over a block of rounds. */
export interface AdversarialPoint {
  /** Last round of the block. */
  readonly round: number;
  /** The distance on the fields that the correction met, a geometric mean with `loss: "log"`; absent where it makes no updates. */
  readonly defense?: number | undefined;
  /** Mean distance Σ_k ‖z_k − z̄_k‖ that the field reached; absent where it makes no updates. */
  readonly attack?: number | undefined;
  /** On the field of now and validation states, where that was due and the field could be solved. */
  readonly measured?: AdversarialNumbers | undefined;
}

/** How an adversarial fit ended. */
export interface AdversarialFit {
  /** The correction after the last round, or where it makes no updates the given one. */
  readonly correction: Correction;
  /** The field after the last round; where only the field plays, the one that the hypersolver solved worst. */
  readonly field: Field;
  /** Every choice made. */
  readonly spec: EffectiveAdversarial;
  /** Of the given field and correction. */
  readonly before: AdversarialNumbers;
  /** Of those that are kept. */
  readonly after: AdversarialNumbers;
  readonly status: TrainingOutcome["status"];
  /** Rounds done. */
  readonly rounds: number;
  readonly curve: readonly AdversarialPoint[];
  /** Over all sessions. */
  readonly seconds: number;
}

/** The result of a training of both sides. @param before measured before the first round. */
export function resultOf(
  { field, correction, spec }: AdversarialGame,
  before: AdversarialNumbers,
  { best, curve, iterations, status, seconds }: TrainingOutcome,
): AdversarialFit {
  const sides = best === undefined ? undefined : sidesOf(best.values);
  return {
    correction: { ...correction, parameters: sides?.correction ?? correction.parameters },
    field: { ...field, parameters: { ...field.parameters, ...sides?.field } },
    spec,
    before,
    after: best === undefined ? before : numbersOf(best.metrics),
    status,
    rounds: iterations,
    curve: curve.map((point) => pointOf(point, spec)),
    seconds,
  };
}

function pointOf(
  { iteration, loss, metrics, validated }: CurvePoint,
  spec: EffectiveAdversarial,
): AdversarialPoint {
  const attack = spec.defenseUpdates > 0 ? metrics[ATTACKER] : loss;
  const defense = spec.loss === "log" ? Math.exp(loss) : loss;
  return {
    round: iteration,
    defense: spec.defenseUpdates > 0 ? defense : undefined,
    attack: attack === undefined ? undefined : -attack,
    measured: validated && metrics.error !== undefined ? numbersOf(metrics) : undefined,
  };
}

const numbersOf = (metrics: Readonly<Record<string, number>>): AdversarialNumbers => {
  const { error = Number.NaN, baseError = Number.NaN, nfe = Number.NaN } = metrics;
  const { eigenvalue = Number.NaN, referenceError = Number.NaN, size = Number.NaN } = metrics;
  return { error, baseError, size, nfe, eigenvalue, referenceError };
};
