import { dimensionOf, type Flow, type FlowSampler } from "../../models/index.js";
import { Random } from "../../tensor/index.js";

/** Wall-clock time of drawing samples. */
export interface SamplingSpeed {
  readonly method: string;
  /** Points drawn at once. */
  readonly count: number;
  readonly nfe: number;
  /** Multiply–accumulates a sample, g included. */
  readonly macs: number;
  /** Median of warm runs. */
  readonly milliseconds: number;
}

const REPETITIONS = 5;

/** Times every sampler on the same draws, taking turns, so that a busy moment hits all. */
export async function samplingSpeeds(
  flow: Flow,
  samplers: readonly { readonly method: string; readonly sampler: FlowSampler }[],
  count: number,
): Promise<SamplingSpeed[]> {
  const z = flow.base.sample(count, dimensionOf(flow), new Random(0));
  const times = samplers.map((): number[] => []);
  const rows: Omit<SamplingSpeed, "milliseconds">[] = [];
  for (let turn = 0; turn <= REPETITIONS; turn++) {
    for (const [i, { method, sampler }] of samplers.entries()) {
      const { statistics } = await sampler.push(z);
      // The first turn warms up.
      if (turn > 0) times[i]?.push(statistics.milliseconds);
      else rows.push({ method, count, nfe: statistics.nfe, macs: statistics.macs });
    }
  }
  return rows.map((row, i) => ({ ...row, milliseconds: median(times[i] ?? []) }));
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
