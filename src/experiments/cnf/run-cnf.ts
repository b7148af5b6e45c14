import type { Density } from "../../data/index.js";
import { encodeSolver, hyperRule } from "../../hypersolver/index.js";
import {
  type DescribedFlow,
  decodeFlow,
  densityData,
  encodeFlow,
  type Flow,
  type FlowData,
} from "../../models/index.js";
import { runOptionsOf } from "../../runtime/index.js";
import { Random } from "../../tensor/index.js";
import type { FitMetrics } from "../fit/run-fit.js";
import { baseStates } from "../flow/flow-states.js";
import { type FlowMetrics, type FlowRequest, runFlow } from "../flow/run-flow.js";
import type { Artefact } from "../kit/artefact.js";
import type { ExperimentOptions } from "../kit/experiment.js";
import { type FitStage, fitFiles, fitStage } from "./fit-stage.js";
import { type CnfMeasures, measureFlow } from "./measure-flow.js";
import { type CnfPreset, cnfPresets } from "./presets.js";

/** What `metrics.json` holds. What follows the interruption of a run is absent. */
export interface CnfMetrics extends Partial<CnfMeasures> {
  readonly density: string;
  readonly preset: string;
  readonly seed: number;
  readonly command: string;
  readonly status: "complete" | "interrupted";
  /** How the flow was trained and what held-out data say of it. */
  readonly flow: FlowMetrics;
  /** By hypersolver. */
  readonly sampling?: Readonly<Record<string, FitMetrics>>;
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
 * and measures what they are worth. Interrupted, it ends with the best flow so far, and the corrections.
 */
export async function runCnf(
  density: Density,
  options: ExperimentOptions,
  settings: CnfPreset = cnfPresets[options.preset],
): Promise<CnfRun> {
  const { preset, seed, command } = options;
  const stopped = (): boolean => options.signal?.aborted === true;
  const data = densityData(density, seed);
  const trained = await runFlow(flowRequest(density, data, settings, options));
  const file = encodeFlow(trained.flow, trained.facts);
  const flow = decodeFlow(file, "flow.onnx");
  const artefacts = [{ path: "flow.onnx", content: file }];
  const story = { density: density.name, preset, seed, command, flow: trained.metrics };
  if (trained.metrics.status === "interrupted" || stopped())
    return { data, flow, artefacts, metrics: { ...story, status: "interrupted" } };
  const fits = await fitStage(flow, data, settings, options);
  const ofFits = Object.entries(fits.sampling).map(([name, fit]) => [name, fit.metrics]);
  const stage = { density, data, flow, fits };
  const measures = stopped() ? undefined : await measureFlow(stage, settings, options);
  const status = measures === undefined ? "interrupted" : "complete";
  return {
    ...{ data, flow, fits },
    artefacts: [...artefacts, ...(await fitArtefacts(flow, fits, seed))],
    metrics: { ...story, ...measures, status, sampling: Object.fromEntries(ofFits) },
  };
}

function flowRequest(
  density: Density,
  data: FlowData,
  { network, phases, validations, heldOut }: CnfPreset,
  options: ExperimentOptions,
): FlowRequest {
  return {
    ...{ data, title: `A flow over ${density.name}`, command: options.command, heldOut, figures: false },
    ...(density.entropy !== undefined && { entropy: density.entropy }),
    training: {
      ...{ network, phases, validations, seed: options.seed },
      ...runOptionsOf(options),
    },
    ...(options.checkpoints !== undefined && { checkpoints: options.checkpoints }),
    ...(options.resume !== undefined && { resume: options.resume }),
    ...(options.onLearned !== undefined && { onLearned: options.onLearned }),
  };
}

/** The corrections, and the sampler of two evaluations in one file. */
async function fitArtefacts(flow: Flow, fits: FitStage, seed: number): Promise<Artefact[]> {
  const corrections = Object.entries(fitFiles(fits)).flatMap(([path, fit]) =>
    fit === undefined ? [] : [{ path, content: fit.content }],
  );
  const first = fits.sampling.HyperMidpoint;
  if (first === undefined) return corrections;
  const rule = hyperRule(flow.field, first.correction);
  const states = await baseStates(flow).heldOut(GOLDEN_DRAWS, new Random(seed));
  const solver = await encodeSolver(flow.field, rule, flow.span, 1, states);
  return [...corrections, { path: "solver.onnx", content: solver }];
}

/** Draws for the self-test of a solver's file. */
const GOLDEN_DRAWS = 4;
