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
import { Random, type Tensor } from "../../tensor/index.js";

/** How far a sampler's points are from data, over several seeds. */
export interface SampleQuality {
  readonly method: string;
  readonly nfe: number;
  /** Sliced Wasserstein distance to held-out data, in units of the data. */
  readonly slicedWasserstein: Mean;
  /** Unbiased squared maximum mean discrepancy to held-out data; may be negative. */
  readonly discrepancy: Mean;
  /** Against the first method; absent for itself. */
  readonly againstReference?: {
    readonly slicedWasserstein: MeanDifference;
    readonly discrepancy: MeanDifference;
  };
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
}

/**
 * Draws samples by every method from the same base draws, and measures their distance to the same fresh data, once a
 * seed. Data against data would not be at distance zero either: that row comes last, as the floor.
 */
export async function sampleQuality(request: SampleQualityRequest): Promise<SampleQuality[]> {
  const { flow, samplers, data, count, seeds, seed } = request;
  const random = new Random(seed);
  const bandwidth = medianDistance(data(2000, random.fork("bandwidth")), { random: random.fork("median") });
  const methods = [...samplers.map(({ method }) => method), "data"];
  const distances = methods.map((method) => ({
    method,
    nfe: 0,
    sliced: [] as number[],
    squared: [] as number[],
  }));
  for (let i = 0; i < seeds; i++) {
    const z = flow.base.sample(count, dimensionOf(flow), random.fork(`base ${i}`));
    const target = data(count, random.fork(`data ${i}`));
    for (const [k, distance] of distances.entries()) {
      const sampled = await samplers[k]?.sampler.push(z);
      const points = sampled?.x ?? data(count, random.fork(`other data ${i}`));
      distance.nfe = sampled?.statistics.nfe ?? 0;
      distance.sliced.push(slicedWasserstein(points, target, { random: random.fork(`directions ${i}`) }));
      distance.squared.push(
        maximumMeanDiscrepancy(points, target, { bandwidth, random: random.fork(`blocks ${i}`) }),
      );
    }
    request.onSeed?.(i + 1);
  }
  const rows = distances.map(({ method, nfe, sliced, squared }) => ({
    method,
    nfe,
    slicedWasserstein: meanAndStandardError(sliced),
    discrepancy: meanAndStandardError(squared),
  }));
  const [reference] = rows;
  return rows.map((row) => {
    if (row === reference || reference === undefined || seeds < 2) return row;
    const againstReference = {
      slicedWasserstein: compareMeans(row.slicedWasserstein, reference.slicedWasserstein),
      discrepancy: compareMeans(row.discrepancy, reference.discrepancy),
    };
    return { ...row, againstReference };
  });
}
