import { meanAndStandardError } from "../../metrics/index.js";
import {
  compileFlowDensity,
  encodeFlow,
  type Flow,
  type FlowData,
  type FlowTrainingInputs,
  type FlowTrainingSpec,
  type TrainedFlow,
  trainFlow,
} from "../../models/index.js";
import { type FlowFacts, flowFacts, flowTrainingTable } from "../../models/internal.js";
import type { CompileOptions, RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { type Complete, completeSpec } from "../../spec/index.js";
import { isHypersolversError } from "../../tensor/index.js";
import type { Artifact } from "../kit/artifact.js";
import { DRAWING, MEASURING_DENSITY } from "../kit/progress-stages.js";
import { metricsFile, reportArtifacts, withRunFacts } from "../kit/report.js";
import { flowDefaults } from "./flow-defaults.js";
import { type FlowFigureData, flowFigures } from "./flow-figures.js";
import type { FlowMetrics } from "./flow-metrics.js";
import { phasesText } from "./flow-phases.js";
import { flowReport } from "./flow-report.js";

/** A flow from data to report. */
export interface FlowRequest extends FlowTrainingInputs {
  readonly data: FlowData;
  /** Names of the data's columns, kept in the flow. */
  readonly columns?: readonly string[] | undefined;
  /** Entropy of the data in nats, where it is known: no flow has a lower negative log-likelihood. */
  readonly entropy?: number | undefined;
  readonly title: string;
  /** The command line that repeats this run, for the report. */
  readonly command: string;
  readonly spec: FlowTrainingSpec;
  /** Held-out points to measure on, or as many as there are. Default 10,000. */
  readonly heldOut?: number;
  /** Draw figures and write a report. Default true. */
  readonly figures?: boolean;
  /** Called with the flow, `flow.onnx`, before it is measured; it comes again at the end. */
  readonly onLearned?: (artifact: Artifact) => Promise<void>;
}

/** What comes of a training: the flow with its numbers, and every file. */
export interface FlowRun {
  readonly metrics: FlowMetrics;
  readonly flow: Flow;
  readonly facts: FlowFacts;
  /** `flow.onnx`. */
  readonly content: Uint8Array;
  readonly artifacts: readonly Artifact[];
}

/**
 * Trains a flow, measures it on data it has not seen, and prepares all files: flow.onnx, metrics.json, figures and
 * report.html. Stopped early, it does so with the best parameters until then, and the checkpoint stays.
 * @throws as `trainFlow`.
 */
export async function runFlow(request: FlowRequest, context: RunContext = {}): Promise<FlowRun> {
  const { data, columns, figures = true } = request;
  const spec = completeSpec(flowTrainingTable, request.spec);
  const { seed, phases } = spec;
  const { onProgress } = context;
  const trained = await trainFlow(data, spec, request, context);
  const compile = machineOf(context);
  const known = { data: data.description, columns, training: phasesText(phases), seed };
  const unmeasured = flowFacts(trained.flow, { ...known, heldOutNll: undefined });
  await request.onLearned?.({ path: "flow.onnx", content: encodeFlow(trained.flow, unmeasured) });
  onProgress?.({ stage: MEASURING_DENSITY, done: 0, total: 1 });
  const started = performance.now();
  const likelihood = await heldOutLikelihood(
    trained.flow,
    data,
    request.heldOut ?? flowDefaults.heldOut,
    compile,
  );
  onProgress?.({ stage: MEASURING_DENSITY, done: 1, total: 1 });
  const metrics = metricsOf(request, spec, trained, likelihood, (performance.now() - started) / 1000);
  const facts = flowFacts(trained.flow, { ...known, heldOutNll: metrics.heldOut?.nll.mean });
  if (figures) onProgress?.({ stage: DRAWING, done: 0, total: 1 });
  const of = { flow: trained.flow, data, metrics, seed };
  const numbers = figures ? await pageOf(of, facts, compile) : [metricsFile(metrics)];
  const content = encodeFlow(trained.flow, facts);
  const artifacts = [{ path: "flow.onnx", content }, ...numbers];
  return { metrics, facts, flow: trained.flow, content, artifacts };
}

type Likelihood = Pick<FlowMetrics, "heldOut" | "broken">;

/** That densities cannot be solved is a result, not a reason to lose the flow. */
async function heldOutLikelihood(
  flow: Flow,
  data: FlowData,
  count: number,
  compile: CompileOptions = {},
): Promise<Likelihood> {
  const density = await compileFlowDensity(flow, compile);
  try {
    const { values, statistics } = await density.run(data.heldOut(count));
    const { nfe, milliseconds } = statistics;
    const nll = meanAndStandardError(values.map((value) => -value));
    return { heldOut: { nll, estimator: density.estimator, nfe, milliseconds } };
  } catch (error) {
    if (!isHypersolversError(error)) throw error;
    return { broken: { broken: error.code, reason: error.message } };
  } finally {
    await density.dispose();
  }
}

function metricsOf(
  { title, command, data, entropy }: FlowRequest,
  spec: Complete<typeof flowTrainingTable>,
  { flow, status, iterations, validationNll, curve, seconds }: TrainedFlow,
  likelihood: Likelihood,
  measuring: number,
): FlowMetrics {
  const { dimension, description } = data;
  const weights = Object.values(flow.field.parameters).map((weight) => weight.data.length);
  const parameters = weights.reduce((total, count) => total + count, 0);
  return {
    title,
    command,
    status,
    data: description,
    dimension,
    base: flow.base.name,
    spec,
    phases: spec.phases,
    iterations,
    parameters,
    validationNll,
    ...likelihood,
    entropy,
    curve,
    seconds: { training: seconds, measuring },
  };
}

async function pageOf(
  of: FlowFigureData & { readonly metrics: FlowMetrics },
  facts: FlowFacts,
  compile: CompileOptions = {},
): Promise<Artifact[]> {
  const { metrics, seed } = of;
  const report = flowReport(metrics, facts, await flowFigures(of, compile));
  return reportArtifacts(withRunFacts(report, { ...metrics, seed }), metrics);
}
