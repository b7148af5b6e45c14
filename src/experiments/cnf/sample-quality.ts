import { compareMeans, type Mean, type MeanDifference, meanAndStandardError } from "../../metrics/index.js";
import { isBroken } from "../../tensor/index.js";
import type { BrokenRow, Contestant, Entry, Scores } from "../kit/contest.js";

/** How far a sampler's points are from data, over several draws, and what drawing them costs. */
export interface SampleQuality {
  readonly method: string;
  /** Mean over draws. */
  readonly nfe: number;
  /** Sliced Wasserstein distance to held-out data, in units of the data. */
  readonly slicedWasserstein: Mean;
  /** Unbiased squared maximum mean discrepancy to held-out data; may be negative. */
  readonly discrepancy: Mean;
  /** Against the first method, as if each had its own draws; absent for itself. */
  readonly againstReference?: {
    readonly slicedWasserstein: MeanDifference;
    readonly discrepancy: MeanDifference;
  };
  /**
   * This method's distance minus the first's, draw by draw. Both have the same draws and the same data, whose scatter
   * cancels: it sees differences far below those that `againstReference` can.
   */
  readonly minusReference?: { readonly slicedWasserstein: Mean; readonly discrepancy: Mean };
}

/** How the distance of samples to data is measured. */
export type Distance = "slicedWasserstein" | "discrepancy";

type SampleEntry = Entry<Pick<Contestant<never, unknown>, "method">, Distance>;

/** @param reference what the others are compared with. */
export function qualityOf(
  { contestant: { method }, scores }: SampleEntry,
  reference: SampleEntry | undefined,
): SampleQuality | BrokenRow {
  if (isBroken(scores)) return { method, ...scores };
  const row = { method, nfe: scores.nfe, ...distancesOf(scores) };
  if (reference === undefined || reference.contestant.method === method || isBroken(reference.scores))
    return row;
  const { slicedWasserstein: distances, discrepancy } = reference.scores.values;
  if (distances.length < 2) return row;
  const others = distancesOf(reference.scores);
  const minus = (values: readonly number[], from: readonly number[]): Mean =>
    meanAndStandardError(values.map((value, i) => value - (from[i] ?? 0)));
  return {
    ...row,
    againstReference: {
      slicedWasserstein: compareMeans(row.slicedWasserstein, others.slicedWasserstein),
      discrepancy: compareMeans(row.discrepancy, others.discrepancy),
    },
    minusReference: {
      slicedWasserstein: minus(scores.values.slicedWasserstein, distances),
      discrepancy: minus(scores.values.discrepancy, discrepancy),
    },
  };
}

const distancesOf = ({ values }: Scores<Distance>): Record<Distance, Mean> => ({
  slicedWasserstein: meanAndStandardError(values.slicedWasserstein),
  discrepancy: meanAndStandardError(values.discrepancy),
});
