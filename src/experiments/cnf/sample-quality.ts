import {
  compareMeans,
  type Mean,
  type MeanDifference,
  maximumMeanDiscrepancy,
  meanAndStandardError,
  medianDistance,
  slicedWasserstein,
} from "../../metrics/index.js";
import type { Flow, FlowSampler } from "../../models/index.js";
import { dimensionOf } from "../../models/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { isBroken, Random, type Tensor } from "../../tensor/index.js";
import { type BrokenRow, type Contestant, contest, type Entry, type Scores } from "../kit/contest.js";

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

/** What drawing samples costs. */
export interface SamplingSpeed {
  readonly method: string;
  /** Points drawn at once. */
  readonly count: number;
  readonly nfe: number;
  /** Multiply–accumulates a sample, g included. */
  readonly macs: number;
  /** Median of warm runs. */
  readonly milliseconds: number;
  /** As `peakMemory` tells it; absent where it cannot be told. */
  readonly peakBytes?: number | undefined;
}

/** A way to draw samples. */
export interface SamplingContestant {
  readonly method: string;
  compile(): Promise<FlowSampler>;
}

export interface SampleQualityRequest {
  readonly flow: Flow;
  /** The first is what the others are compared with. */
  readonly samplers: readonly SamplingContestant[];
  /** Fresh data, [count, d]. */
  data(count: number, random: Random): Tensor;
  /** Points of each sample. */
  readonly count: number;
  /** Base draws that every method is given. */
  readonly draws: number;
  readonly seed: number;
}

export interface SampleContest {
  readonly quality: readonly (SampleQuality | BrokenRow)[];
  readonly speed: readonly (SamplingSpeed | BrokenRow)[];
}

/** Base draws with the data that what they become is compared to. */
interface Draw {
  readonly number: number;
  readonly z: Tensor;
  readonly target: Tensor;
}

type SampleContestant = Contestant<Draw, Tensor>;
type Distance = "slicedWasserstein" | "discrepancy";

/** Points that the scale of the discrepancy's kernel is taken from, and timed runs of a method. */
const BANDWIDTH_POINTS = 2000;
const REPETITIONS = 5;

/**
 * Draws samples by every method from the same base draws, and measures their distance to the same fresh data. Data against
 * data would not be at distance zero either: that row comes last, as the floor.
 * @throws INTERRUPTED at a signal.
 */
export async function sampleContest(
  request: SampleQualityRequest,
  context: RunContext = {},
): Promise<SampleContest> {
  const { flow, samplers, data, count, draws, seed } = request;
  const random = new Random(seed);
  const bandwidth = medianDistance(data(BANDWIDTH_POINTS, random.fork("bandwidth")), {
    random: random.fork("median"),
  });
  const cases = Array.from(
    { length: draws },
    (_, number): Draw => ({
      number,
      z: flow.base.sample(count, dimensionOf(flow), random.fork(`base ${number}`)),
      target: data(count, random.fork(`data ${number}`)),
    }),
  );
  const fresh = async ({ number }: Draw): Promise<Tensor> => data(count, random.fork(`other data ${number}`));
  const entries = await contest<SampleContestant, Draw, Tensor, Distance>(
    {
      contestants: [...samplers.map(samplingContestant), dataContestant(fresh)],
      cases,
      measures: {
        slicedWasserstein: (x, { target, number }) =>
          slicedWasserstein(x, target, { random: random.fork(`directions ${number}`) }),
        discrepancy: (x, { target, number }) =>
          maximumMeanDiscrepancy(x, target, { bandwidth, random: random.fork(`blocks ${number}`) }),
      },
      repetitions: REPETITIONS,
    },
    context,
  );
  const [reference] = entries;
  return {
    quality: entries.map((entry) => qualityOf(entry, reference)),
    speed: entries.slice(0, -1).map((entry) => speedOf(entry, count)),
  };
}

const samplingContestant = ({ method, compile }: SamplingContestant): SampleContestant => ({
  method,
  prepare: async () => {
    const sampler = await compile();
    return {
      run: async ({ z }) => {
        const { x, statistics } = await sampler.push(z);
        return { result: x, costs: statistics, milliseconds: statistics.milliseconds };
      },
      dispose: () => sampler.dispose(),
    };
  },
});

/** Nothing is solved for data. */
const dataContestant = (fresh: (of: Draw) => Promise<Tensor>): SampleContestant => ({
  method: "data",
  prepare: async () => ({
    run: async (of) => ({ result: await fresh(of), costs: { nfe: 0, gCalls: 0, macs: 0 } }),
    dispose: async () => {},
  }),
});

type SampleEntry = Entry<SampleContestant, Distance>;

function speedOf({ contestant: { method }, scores }: SampleEntry, count: number): SamplingSpeed | BrokenRow {
  if (isBroken(scores)) return { method, ...scores };
  const { nfe, macs, milliseconds } = scores;
  return { method, count, nfe, macs, milliseconds };
}

function qualityOf(
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
