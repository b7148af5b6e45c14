import { dimensionOf, type Flow, type FlowSampler } from "../../models/index.js";
import { isBroken, Random, unlessItBreaks } from "../../tensor/index.js";
import type { BrokenMethod } from "./broken-method.js";

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
  readonly peakBytes?: number;
}

const REPETITIONS = 5;

/** Times every sampler on the same draws, taking turns, so that a busy moment hits all. */
export async function samplingSpeeds(
  flow: Flow,
  samplers: readonly { readonly method: string; readonly sampler: FlowSampler }[],
  count: number,
): Promise<(SamplingSpeed | BrokenMethod)[]> {
  const z = flow.base.sample(count, dimensionOf(flow), new Random(0));
  const warm: (Omit<SamplingSpeed, "milliseconds"> | BrokenMethod)[] = [];
  for (const { method, sampler } of samplers) {
    const drawn = await unlessItBreaks(sampler.push(z));
    if (isBroken(drawn)) warm.push({ method, ...drawn });
    else warm.push({ method, count, nfe: drawn.statistics.nfe, macs: drawn.statistics.macs });
  }
  const times = samplers.map((): number[] => []);
  for (let turn = 0; turn < REPETITIONS; turn++)
    for (const [i, { sampler }] of samplers.entries())
      if (!isBroken(warm[i])) times[i]?.push((await sampler.push(z)).statistics.milliseconds);
  return warm.map((row, i) => (isBroken(row) ? row : { ...row, milliseconds: median(times[i] ?? []) }));
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
