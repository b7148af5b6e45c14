import { fail, fromNumbers, rows, type Tensor, toFloat64 } from "../../tensor/index.js";
import { stateErrors } from "../measure/measure.js";
import type { Samples } from "../states/states.js";
import { isBeyondChance } from "./beyond-chance.js";
import type { CompiledScoredSolve } from "./scored-solve.js";
import type { PlainTensor, Witnesses } from "./witnesses.js";

/** Enough samples to notice a change, and at most so many numbers, since they are stored as text. */
const MOST = { samples: 64, numbers: 4096 };
/** What rounding may change, relative to the largest |z1|, and what else of an error. */
const TOLERANCE = { state: 1e-4, error: 0.02 };

/** The first samples of a calibration: they are in random order. */
export function witnessesOf({ z0, controls }: Samples, ends: Tensor, errors: ArrayLike<number>): Witnesses {
  const count = z0.shape[0] ?? 0;
  const all = [z0, ends, ...Object.values(controls)];
  const width = all.reduce((sum, { data }) => sum + data.length / count, 0);
  const kept = Math.max(1, Math.min(count, MOST.samples, Math.floor(MOST.numbers / width)));
  const plain = (value: Tensor): PlainTensor => {
    const few = rows(value, 0, kept);
    return {
      dtype: few.dtype,
      shape: [...few.shape],
      data: [...toFloat64(few)].map((each) => Number(each.toPrecision(9))),
    };
  };
  return {
    z0: plain(z0),
    controls: Object.fromEntries(Object.entries(controls).map(([name, value]) => [name, plain(value)])),
    ends: plain(ends),
    errors: Array.from(errors).slice(0, kept),
  };
}

/**
 * Solves the witnesses: a solver is the one that was calibrated where each is as far off as then, and no more of them beyond
 * their bounds than chance would have it. That catches changed weights, also under a card that was written for them.
 * @param boundsFor bounds of scores.
 * @throws CARD_MISMATCH where it is not.
 */
export async function checkWitnesses(
  solve: CompiledScoredSolve,
  witnesses: Witnesses,
  {
    coverage,
    boundsFor,
  }: { readonly coverage: number; readonly boundsFor: (scores: Float64Array) => Float64Array },
): Promise<void> {
  const tensorOf = ({ dtype, shape, data }: PlainTensor): Tensor => fromNumbers(data, shape, dtype);
  const controls = Object.fromEntries(
    Object.entries(witnesses.controls).map(([name, value]) => [name, tensorOf(value)]),
  );
  const { end, scores } = await solve.run(tensorOf(witnesses.z0), controls);
  const { samples: errors } = stateErrors(end, tensorOf(witnesses.ends));
  const scale = witnesses.ends.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const changed = witnesses.errors.filter(
    (then, i) =>
      !(Math.abs((errors[i] ?? Number.NaN) - then) <= TOLERANCE.state * scale + TOLERANCE.error * then),
  ).length;
  const bounds = boundsFor(scores);
  const beyond = errors.filter((error, i) => !(error <= (bounds[i] ?? Number.NaN))).length;
  const count = witnesses.errors.length;
  if (changed === 0 && !isBeyondChance(beyond, count, 1 - coverage)) return;
  throw fail("CARD_MISMATCH", {
    what: "guard",
    expected: `the solver whose errors were calibrated: of ${count} samples that its file keeps, each as far off as then`,
    received:
      changed > 0
        ? `${changed} that are not: other weights, or a damaged file`
        : `${beyond} beyond their bounds of ${coverage}`,
    help: "fit again, or solve without a guard",
  });
}
