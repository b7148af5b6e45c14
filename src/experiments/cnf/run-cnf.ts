import type { Density } from "../../data/index.js";
import {
  compileFlowSampler,
  type DescribedFlow,
  decodeFlow,
  densityData,
  encodeFlow,
  type FlowData,
  type FlowSampler,
} from "../../models/index.js";
import { heun, midpoint } from "../../ode/index.js";
import type { Artefact } from "../artefact.js";
import type { ExperimentOptions } from "../experiment.js";
import type { FitMetrics, FitRun } from "../run-fit.js";
import { type FlowMetrics, type FlowRequest, runFlow } from "../run-flow.js";
import { type DensityQuality, densityMethods, densityQuality } from "./density-quality.js";
import { type FitStage, fitStage } from "./fit-stage.js";
import { cnfPresets } from "./presets.js";
import { type SampleQuality, sampleQuality } from "./sample-quality.js";
import { samplerOptions, samplingMethods } from "./sampling-methods.js";
import { type SamplingSpeed, samplingSpeeds } from "./sampling-speed.js";

/** What `metrics.json` holds. Fits and what follows are absent when training was interrupted. */
export interface CnfMetrics {
  readonly density: string;
  readonly preset: string;
  readonly seed: number;
  readonly command: string;
  readonly status: "complete" | "interrupted";
  /** How the flow was trained and what held-out data say of it. */
  readonly flow: FlowMetrics;
  /** By hypersolver. */
  readonly sampling?: Readonly<Record<string, FitMetrics>>;
  readonly quality?: readonly SampleQuality[];
  readonly speed?: readonly SamplingSpeed[];
  readonly densities?: readonly DensityQuality[];
}

export interface CnfRun {
  readonly metrics: CnfMetrics;
  readonly data: FlowData;
  /** What its file holds, read back: everything after training works on what users get. */
  readonly flow: DescribedFlow;
  readonly artefacts: readonly Artefact[];
  readonly fits?: FitStage;
}

/**
 * A flow over one density from training to two evaluations: trains it, fits corrections for sampling and for densities,
 * and measures what they are worth. Interrupted while training, it ends with the best flow so far.
 */
export async function runCnf(density: Density, options: ExperimentOptions): Promise<CnfRun> {
  const { preset, seed, command, signal } = options;
  const settings = cnfPresets[preset];
  const data = densityData(density, seed);
  const trained = await runFlow(flowRequest(density, data, options));
  const file = encodeFlow(trained.flow, trained.facts);
  const run = {
    ...{ data, flow: decodeFlow(file, "flow.onnx") },
    artefacts: [{ path: "flow.onnx", content: file }],
  };
  const story = { density: density.name, preset, seed, command, flow: trained.metrics };
  if (trained.metrics.status === "interrupted" || signal?.aborted === true)
    return { ...run, metrics: { ...story, status: "interrupted" } };
  const fits = await fitStage(run.flow, data, settings, options);
  const measured = await measure(density, data, run.flow, fits, options);
  const { sampling, both, density: augmented } = fits;
  const runs = [...Object.values(sampling), both, augmented];
  const interrupted = runs.some((fit) => fit.metrics.status === "interrupted");
  const status = interrupted ? "interrupted" : "complete";
  const ofFits = Object.entries(sampling).map(([name, fit]) => [name, fit.metrics]);
  const metrics: CnfMetrics = { ...story, ...measured, status, sampling: Object.fromEntries(ofFits) };
  return { ...run, metrics, fits, artefacts: [...run.artefacts, ...fitArtefacts(fits)] };
}

function flowRequest(density: Density, data: FlowData, options: ExperimentOptions): FlowRequest {
  const { preset, seed, command, compile, signal, checkpoints, resume, onTraining } = options;
  const { network, phases, validations, heldOut } = cnfPresets[preset];
  return {
    ...{ data, title: `A flow over ${density.name}`, command, heldOut, figures: false },
    ...(density.entropy !== undefined && { entropy: density.entropy }),
    training: {
      ...{ network, phases, validations, seed },
      ...(compile && { compile }),
      ...(signal && { signal }),
    },
    ...(checkpoints && { checkpoints }),
    ...(resume !== undefined && { resume }),
    ...(onTraining && { onProgress: onTraining }),
  };
}

/** The corrections, and the sampler of two evaluations in one file. */
function fitArtefacts({ sampling, both, density }: FitStage): Artefact[] {
  const file = ({ artefacts }: FitRun, path: string, name: string): Artefact[] =>
    artefacts.flatMap((artefact) => (artefact.path === path ? [{ ...artefact, path: name }] : []));
  const ofSampling = samplingMethods.flatMap(({ name, file: to }, i) => {
    const run = sampling[name];
    if (run === undefined) return [];
    return [...file(run, "correction.onnx", to), ...(i === 0 ? file(run, "solver.onnx", "solver.onnx") : [])];
  });
  return [
    ...ofSampling,
    ...file(both, "correction.onnx", "correction-both.onnx"),
    ...file(density, "correction.onnx", "correction-density.onnx"),
  ];
}

type Measured = Required<Pick<CnfMetrics, "quality" | "speed" | "densities">>;

async function measure(
  density: Density,
  data: FlowData,
  flow: DescribedFlow,
  fits: FitStage,
  { preset, seed, compile: given = {}, onProgress }: ExperimentOptions,
): Promise<Measured> {
  const { samples: count, seeds, heldOut } = cnfPresets[preset];
  // Threads share the rows in training; what is timed here are samplers as users have them.
  const { parallel: _, ...compile } = given;
  const methods = densityMethods([midpoint, heun], {
    "HyperMidpoint, fitted for sampling": fits.sampling.HyperMidpoint?.correction,
    "HyperMidpoint, fitted both ways": fits.both.correction,
    "HyperMidpoint of (z, log p)": fits.density.correction,
  });
  // The methods, and dopri5 before them.
  const total = seeds + methods.length + 1;
  const report = (done: number): void => onProgress?.({ phase: "measure", done, total });
  const samplers: { method: string; sampler: FlowSampler }[] = [];
  for (const [method, options] of Object.entries(samplerOptions(fits.sampling)))
    samplers.push({ method, sampler: await compileFlowSampler(flow, { ...compile, ...options }) });
  try {
    const draws = { flow, samplers, data: density.sample, count, seeds, seed };
    const quality = await sampleQuality({ ...draws, onSeed: report });
    const speed = await samplingSpeeds(flow, samplers, count);
    const points = { flow, data: data.heldOut(heldOut), methods, compile };
    const densities = await densityQuality({ ...points, onMethod: (done) => report(seeds + done) });
    return { quality, speed, densities };
  } finally {
    for (const { sampler } of samplers) await sampler.dispose();
  }
}
