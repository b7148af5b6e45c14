import type { TrialRecord } from "./trial.js";

/** What a solve of a batch takes, as far as measurements foretell it. */
export interface CostModel {
  /** Milliseconds of a solve without evaluations. */
  readonly overhead: number;
  /** Of one evaluation of f. */
  readonly evaluation: number;
}

/**
 * Overhead and milliseconds an evaluation from classical methods, by least squares on relative deviations: cheap solves are
 * what is to be told apart.
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
  if (slope > 0 && overhead >= 0) return { overhead, evaluation: slope };
  return { overhead: 0, evaluation: wxx > 0 ? wxy / wxx : 0 };
}

/** Milliseconds of one evaluation of a correction: what its solve takes beyond those of f. */
export const correctionCost = (
  { overhead, evaluation }: CostModel,
  { nfe, gCalls, milliseconds }: Pick<TrialRecord, "nfe" | "gCalls" | "milliseconds">,
): number => (gCalls === 0 ? 0 : Math.max(0, milliseconds - overhead - evaluation * nfe) / gCalls);
