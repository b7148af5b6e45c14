import type { TrialRecord } from "./trial.js";

/** How long a solve of a batch takes, as a line through measurements: a constant, and so much an evaluation. */
export interface CostModel {
  /** Milliseconds of a solve without evaluations. */
  readonly overhead: number;
  /** Of one evaluation of f. */
  readonly evaluation: number;
  /** Root mean square of the relative residuals: noise of the clock, and what methods differ in. */
  readonly spread: number;
}

/**
 * Overhead and milliseconds an evaluation from classical methods, by least squares on relative deviations, since cheap
 * solves are the ones to distinguish.
 */
export function costModel(records: readonly TrialRecord[]): CostModel {
  const used = records.filter(({ family, milliseconds }) => family === "classical" && milliseconds > 0);
  let [w, wx, wxx, wy, wxy] = [0, 0, 0, 0, 0];
  for (const { nfe, milliseconds } of used) {
    const weight = 1 / milliseconds ** 2;
    w += weight;
    wx += weight * nfe;
    wxx += weight * nfe * nfe;
    wy += weight * milliseconds;
    wxy += weight * nfe * milliseconds;
  }
  const determinant = w * wxx - wx * wx;
  const slope = determinant > 1e-9 * w * wxx ? (w * wxy - wx * wy) / determinant : 0;
  const overhead = slope > 0 ? (wy - slope * wx) / w : 0;
  const line =
    slope > 0 && overhead >= 0
      ? { overhead, evaluation: slope }
      : { overhead: 0, evaluation: wxx > 0 ? wxy / wxx : 0 };
  return { ...line, spread: spreadAbout(line, used) };
}

/** Zero for two measurements or fewer, which always lie on a line. */
function spreadAbout(line: Omit<CostModel, "spread">, records: readonly TrialRecord[]): number {
  if (records.length < 3) return 0;
  const squares = records.map(
    ({ nfe, milliseconds }) => ((line.overhead + line.evaluation * nfe) / milliseconds - 1) ** 2,
  );
  return Math.sqrt(squares.reduce((total, square) => total + square, 0) / (records.length - 2));
}

/**
 * Expected logarithm of the speed-up, counted as 0 where the solver is slower: its predicted time may be off by the model's
 * spread, with a logistic distribution, so what seems just as slow may still turn out faster.
 */
export function expectedGain({ spread }: CostModel, own: number, rival: number): number {
  const [gain, scale] = [Math.log(rival / own), (spread * Math.sqrt(3)) / Math.PI];
  return Math.max(0, gain) + (scale > 0 ? scale * Math.log1p(Math.exp(-Math.abs(gain) / scale)) : 0);
}

/** Milliseconds of one evaluation of a correction: what its solve takes beyond those of f. */
export const correctionCost = (
  { overhead, evaluation }: Omit<CostModel, "spread">,
  { nfe, gCalls, milliseconds }: Pick<TrialRecord, "nfe" | "gCalls" | "milliseconds">,
): number => (gCalls === 0 ? 0 : Math.max(0, milliseconds - overhead - evaluation * nfe) / gCalls);
