import { host } from "#host";
import { densityNamed } from "../../data/index.js";
import { compileFlowSampler, type DescribedFlow, encodeFlow } from "../../models/index.js";
import { isStopped, machineOf, type RunContext } from "../../runtime/index.js";
import { isBroken } from "../../tensor/index.js";
import type { BrokenRow } from "../kit/contest.js";
import type { CnfPreset } from "./presets.js";
import { type SampleContest, type SamplingSpeed, sampleContest } from "./sample-quality.js";
import { type SamplingFits, samplerOptions } from "./sampling-methods.js";

/** Samples of a flow by every method: their distance to data, their times, and the memory that drawing them takes. */
export async function measureSamples(
  flow: DescribedFlow,
  fits: SamplingFits,
  { density, samples, seeds, seed }: Pick<CnfPreset, "samples" | "seeds"> & { density: string; seed: number },
  context: RunContext,
): Promise<SampleContest> {
  const machine = machineOf(context);
  const samplers = Object.entries(samplerOptions(fits)).map(([method, options]) => ({
    method,
    compile: () => compileFlowSampler(flow, { ...machine, ...options }),
  }));
  const { sample: data } = densityNamed(density);
  const { quality, speed } = await sampleContest(
    { flow, samplers, data, count: samples, draws: seeds, seed },
    context,
  );
  return { quality, speed: await withPeaks(speed, flow, fits, context) };
}

/** Peaks of memory beside times. */
async function withPeaks(
  rows: readonly (SamplingSpeed | BrokenRow)[],
  flow: DescribedFlow,
  fits: SamplingFits,
  context: RunContext,
): Promise<(SamplingSpeed | BrokenRow)[]> {
  const file = encodeFlow(flow, flow.facts);
  const methods = samplerOptions(fits);
  const all: (SamplingSpeed | BrokenRow)[] = [];
  for (const row of rows) {
    if (isBroken(row) || isStopped(context)) {
      all.push(row);
      continue;
    }
    const { correction: _, ...own } = methods[row.method] ?? {};
    const correction = fits[row.method]?.content;
    const options = { ...machineOf(context), ...own };
    const request = { flow: file, options, count: row.count, ...(correction && { correction }) };
    const peakBytes = await host.peakMemory(request);
    all.push({ ...row, ...(peakBytes !== undefined && { peakBytes }) });
  }
  return all;
}
