import { host } from "#host";
import { densityNamed } from "../../data/index.js";
import { knownSpec } from "../../hypersolver/internal.js";
import { compileFlowSampler, encodeFlow } from "../../models/index.js";
import type { DescribedFlow } from "../../models/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { isStopped, machineOf } from "../../runtime/internal.js";
import { isBroken } from "../../tensor/index.js";
import { labelsOf } from "../kit/competitor.js";
import type { BrokenRow } from "../kit/contest.js";
import type { CnfPreset } from "./presets.js";
import { type SampleContest, type SamplingSpeed, sampleContest } from "./sample-contest.js";
import { type SamplingFits, samplingCompetitors } from "./sampling-methods.js";

/** Samples of a flow by every method: their distance to data, their times, and the memory that drawing them takes. */
export async function measureSamples(
  flow: DescribedFlow,
  fits: SamplingFits,
  { density, samples, seeds, seed }: Pick<CnfPreset, "samples" | "seeds"> & { density: string; seed: number },
  context: RunContext,
): Promise<SampleContest> {
  const machine = machineOf(context);
  const samplers = samplingCompetitors(fits).map((competitor) => ({
    method: labelsOf(competitor).method,
    compile: () => compileFlowSampler(flow, { ...machine, method: competitor.method }),
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
  const competitors = samplingCompetitors(fits);
  const all: (SamplingSpeed | BrokenRow)[] = [];
  for (const row of rows) {
    const own = competitors.find((each) => labelsOf(each).method === row.method);
    const method = own && knownSpec(own.method);
    if (method === undefined || isBroken(row) || isStopped(context)) {
      all.push(row);
      continue;
    }
    const request = {
      flow: file,
      method,
      compile: machineOf(context),
      count: row.count,
      correction: fits[row.method]?.content,
    };
    const peakBytes = await host.peakMemory(request);
    all.push({ ...row, peakBytes });
  }
  return all;
}
