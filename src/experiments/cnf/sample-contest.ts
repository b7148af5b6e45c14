import { maximumMeanDiscrepancy, medianDistance, slicedWasserstein } from "../../metrics/index.js";
import type { Flow, FlowSampler } from "../../models/index.js";
import { dimensionOf } from "../../models/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { isBroken, Random, type Tensor } from "../../tensor/index.js";
import { compiledContestant } from "../kit/compiled-contestant.js";
import { type BrokenRow, type Contestant, contest, type Entry } from "../kit/contest.js";
import { type Distance, qualityOf, type SampleQuality } from "./sample-quality.js";

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
  /** As `peakMemory` measures it; absent where it cannot be measured. */
  readonly peakBytes?: number | undefined;
}

/** A way to draw samples. */
export interface SamplingContestant {
  readonly method: string;
  compile(): Promise<FlowSampler>;
}

/** What is drawn, how often, and from what. */
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

/** A row for every way to draw samples. */
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

type SampleContestant = Contestant<Draw, { readonly x: Tensor }>;

/** Points that the scale of the discrepancy's kernel is taken from. */
const BANDWIDTH_POINTS = 2000;
/** Timed runs of a method. */
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
  const entries = await contest<SampleContestant, Draw, { readonly x: Tensor }, Distance>(
    {
      contestants: [...samplers.map(samplingContestant), dataContestant(fresh)],
      cases,
      measures: {
        slicedWasserstein: ({ x }, { target, number }) =>
          slicedWasserstein(x, target, { random: random.fork(`directions ${number}`) }),
        discrepancy: ({ x }, { target, number }) =>
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

const samplingContestant = ({ method, compile }: SamplingContestant): SampleContestant =>
  compiledContestant(method, compile, (sampler, { z }: Draw) => sampler.push(z));

/** Nothing is solved for data. */
const dataContestant = (fresh: (of: Draw) => Promise<Tensor>): SampleContestant => ({
  method: "data",
  prepare: async () => ({
    run: async (of) => ({ result: { x: await fresh(of) }, costs: { nfe: 0, gCalls: 0, macs: 0 } }),
    dispose: async () => {},
  }),
});

function speedOf(
  { contestant: { method }, scores }: Entry<SampleContestant, Distance>,
  count: number,
): SamplingSpeed | BrokenRow {
  if (isBroken(scores)) return { method, ...scores };
  const { nfe, macs, milliseconds } = scores;
  return { method, count, nfe, macs, milliseconds };
}
