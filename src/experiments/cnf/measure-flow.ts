import { host } from "#host";
import type { Density } from "../../data/index.js";
import {
  compileFlowSampler,
  type DescribedFlow,
  encodeFlow,
  type FlowData,
  type FlowSampler,
} from "../../models/index.js";
import { heun, midpoint } from "../../ode/index.js";
import { isBroken } from "../../tensor/index.js";
import type { ExperimentOptions } from "../kit/experiment.js";
import { MEASURING_METHODS } from "../kit/stages.js";
import type { BrokenMethod } from "./broken-method.js";
import { type DensityQuality, densityMethods, densityQuality } from "./density-quality.js";
import type { FitStage } from "./fit-stage.js";
import type { CnfPreset } from "./presets.js";
import { type SampleQuality, sampleQuality } from "./sample-quality.js";
import { samplerOptions } from "./sampling-methods.js";
import { type SamplingSpeed, samplingSpeeds } from "./sampling-speed.js";

/** What a flow's corrections are worth beside dopri5 and their bases. */
export interface CnfMeasures {
  readonly quality: readonly (SampleQuality | BrokenMethod)[];
  readonly speed: readonly (SamplingSpeed | BrokenMethod)[];
  readonly densities: readonly (DensityQuality | BrokenMethod)[];
}

/** A flow with what it is measured on. */
export interface MeasuredFlow {
  readonly density: Density;
  readonly data: FlowData;
  readonly flow: DescribedFlow;
  readonly fits: FitStage;
}

/** Measures samples, times and densities. @returns undefined when the signal came before the end. */
export async function measureFlow(
  { density, data, flow, fits }: MeasuredFlow,
  { samples: count, seeds, heldOut }: CnfPreset,
  { seed, compile: given = {}, onProgress, signal }: ExperimentOptions,
): Promise<CnfMeasures | undefined> {
  // Threads share the rows in training; what is timed here are samplers as users have them.
  const { parallel: _, ...compile } = given;
  const { HyperMidpoint, HyperHeun } = fits.sampling;
  const methods = densityMethods([midpoint, heun], {
    "HyperMidpoint, fitted for sampling": HyperMidpoint?.correction,
    "HyperHeun, fitted for sampling": HyperHeun?.correction,
    "HyperMidpoint, fitted both ways": fits.both?.correction,
    "HyperMidpoint of (z, log p)": fits.density?.correction,
  });
  // The methods, and dopri5 before them.
  const total = seeds + methods.length + 1;
  const report = (done: number): void => onProgress?.({ stage: MEASURING_METHODS, done, total });
  const stop = signal && { signal };
  const stopped = (): boolean => signal?.aborted === true;
  const samplers: { method: string; sampler: FlowSampler }[] = [];
  for (const [method, options] of Object.entries(samplerOptions(fits.sampling)))
    samplers.push({ method, sampler: await compileFlowSampler(flow, { ...compile, ...options }) });
  try {
    const draws = { flow, samplers, data: density.sample, count, seeds, seed };
    const quality = await sampleQuality({ ...draws, ...stop, onSeed: report });
    if (stopped()) return undefined;
    const times = await samplingSpeeds(flow, samplers, count);
    const speed = await withPeaks(times, flow, fits, { compile, ...stop });
    const points = { flow, data: data.heldOut(heldOut), methods, compile };
    const densities = await densityQuality({ ...points, ...stop, onMethod: (done) => report(seeds + done) });
    return stopped() ? undefined : { quality, speed, densities };
  } finally {
    for (const { sampler } of samplers) await sampler.dispose();
  }
}

/** Peaks of memory beside times. */
async function withPeaks(
  rows: readonly (SamplingSpeed | BrokenMethod)[],
  flow: DescribedFlow,
  { sampling }: FitStage,
  { compile, signal }: Pick<ExperimentOptions, "compile" | "signal">,
): Promise<(SamplingSpeed | BrokenMethod)[]> {
  const file = encodeFlow(flow, flow.facts);
  const methods = samplerOptions(sampling);
  const all: (SamplingSpeed | BrokenMethod)[] = [];
  for (const row of rows) {
    if (isBroken(row) || signal?.aborted === true) {
      all.push(row);
      continue;
    }
    const { correction: _, ...own } = methods[row.method] ?? {};
    const correction = sampling[row.method]?.content;
    const options = { ...compile, ...own };
    const request = { flow: file, options, count: row.count, ...(correction && { correction }) };
    const peakBytes = await host.peakMemory(request);
    all.push({ ...row, ...(peakBytes !== undefined && { peakBytes }) });
  }
  return all;
}
