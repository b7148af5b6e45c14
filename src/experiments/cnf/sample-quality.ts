import {
  compareMeans,
  type Mean,
  type MeanDifference,
  maximumMeanDiscrepancy,
  meanAndStandardError,
  medianDistance,
  slicedWasserstein,
} from "../../metrics/index.js";
import { dimensionOf, type Flow, type FlowSampler } from "../../models/index.js";
import { type Broken, isBroken, Random, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import type { BrokenMethod } from "./broken-method.js";

/** How far a sampler's points are from data, over several seeds. */
export interface SampleQuality {
  readonly method: string;
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
   * This method's distance minus the first's, seed by seed. Both have the same draws and the same data, whose scatter
   * cancels: it sees differences far below those that `againstReference` can.
   */
  readonly minusReference?: { readonly slicedWasserstein: Mean; readonly discrepancy: Mean };
}

export interface SampleQualityRequest {
  readonly flow: Flow;
  /** The first is what the others are compared with. */
  readonly samplers: readonly { readonly method: string; readonly sampler: FlowSampler }[];
  /** Fresh data, [count, d]. */
  data(count: number, random: Random): Tensor;
  /** Points of each sample. */
  readonly count: number;
  readonly seeds: number;
  readonly seed: number;
  /** Called after every seed. */
  readonly onSeed?: (done: number) => void;
  /** Ends it before the next seed, without rows. */
  readonly signal?: AbortSignal;
}

/** Distances of one method to data, one a seed. */
interface Distances {
  readonly method: string;
  nfe: number;
  readonly sliced: number[];
  readonly squared: number[];
  /** What it said when it broke. */
  broken?: Broken;
}

/**
 * Draws samples by every method from the same base draws, and measures their distance to the same fresh data, once a
 * seed. Data against data would not be at distance zero either: that row comes last, as the floor.
 */
export async function sampleQuality(
  request: SampleQualityRequest,
): Promise<(SampleQuality | BrokenMethod)[]> {
  const { flow, samplers, data, count, seeds, seed, signal } = request;
  const random = new Random(seed);
  const bandwidth = medianDistance(data(2000, random.fork("bandwidth")), { random: random.fork("median") });
  const methods = [...samplers.map(({ method }) => method), "data"];
  const all = methods.map((method): Distances => ({ method, nfe: 0, sliced: [], squared: [] }));
  for (let i = 0; i < seeds; i++) {
    if (signal?.aborted === true) return [];
    const z = flow.base.sample(count, dimensionOf(flow), random.fork(`base ${i}`));
    const target = data(count, random.fork(`data ${i}`));
    for (const [k, own] of all.entries()) {
      if (own.broken !== undefined) continue;
      const sampled = await unlessItBreaks(pushed(samplers[k]?.sampler, z));
      if (isBroken(sampled)) {
        own.broken = sampled;
        continue;
      }
      const { x = data(count, random.fork(`other data ${i}`)), nfe } = sampled;
      own.nfe = nfe;
      own.sliced.push(slicedWasserstein(x, target, { random: random.fork(`directions ${i}`) }));
      own.squared.push(maximumMeanDiscrepancy(x, target, { bandwidth, random: random.fork(`blocks ${i}`) }));
    }
    request.onSeed?.(i + 1);
  }
  return all.map((own, k) => rowOf(own, k === 0 ? undefined : all[0]));
}

/** Nothing where there is no sampler, as for data. */
async function pushed(
  sampler: FlowSampler | undefined,
  z: Tensor,
): Promise<{ readonly x?: Tensor; readonly nfe: number }> {
  if (sampler === undefined) return { nfe: 0 };
  const { x, statistics } = await sampler.push(z);
  return { x, nfe: statistics.nfe };
}

function rowOf(own: Distances, reference: Distances | undefined): SampleQuality | BrokenMethod {
  const { method, nfe, sliced, squared, broken } = own;
  if (broken !== undefined) return { method, ...broken };
  const row = meansOf(own);
  if (reference === undefined || reference.broken !== undefined || sliced.length < 2)
    return { method, nfe, ...row };
  const others = meansOf(reference);
  const minus = (values: readonly number[], from: readonly number[]): Mean =>
    meanAndStandardError(values.map((value, i) => value - (from[i] ?? Number.NaN)));
  return {
    ...{ method, nfe, ...row },
    againstReference: {
      slicedWasserstein: compareMeans(row.slicedWasserstein, others.slicedWasserstein),
      discrepancy: compareMeans(row.discrepancy, others.discrepancy),
    },
    minusReference: {
      slicedWasserstein: minus(sliced, reference.sliced),
      discrepancy: minus(squared, reference.squared),
    },
  };
}

const meansOf = ({
  sliced,
  squared,
}: Distances): Pick<SampleQuality, "slicedWasserstein" | "discrepancy"> => ({
  slicedWasserstein: meanAndStandardError(sliced),
  discrepancy: meanAndStandardError(squared),
});
