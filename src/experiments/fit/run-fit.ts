import {
  type Correction,
  encodeCorrection,
  encodeSolver,
  type Fit,
  fitCorrection,
  hyper,
  type ValidityCard,
} from "../../hypersolver/index.js";
import { hasImageStates, referenceFacts } from "../../hypersolver/internal.js";
import type { Figure } from "../../plot/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { type Broken, isBroken, Random, unlessItBreaks } from "../../tensor/index.js";
import type { Artifact } from "../kit/artifact.js";
import { metricsFile, reportArtifacts, withRunFacts } from "../kit/report.js";
import { fitCard } from "./fit-card.js";
import { fitFigures } from "./fit-figures.js";
import type { FitMetrics } from "./fit-metrics.js";
import { fitReport } from "./fit-report.js";
import { type FitRequest, measuredSamples } from "./fit-request.js";
import { type MeasuredFit, measureFit } from "./measure-fit.js";

/** What comes of a fit: the correction with its numbers, and every file. */
export interface FitRun {
  readonly metrics: FitMetrics;
  readonly correction: Correction;
  readonly card: ValidityCard;
  /** `correction.onnx`. */
  readonly content: Uint8Array;
  /** `solver.onnx`; absent where it breaks. */
  readonly solver: Uint8Array | undefined;
  /** None where none were asked for. */
  readonly figures: readonly Figure[];
  readonly artifacts: readonly Artifact[];
}

const DENSITY_SAMPLES = 20_000;
const TRAJECTORY_SAMPLES = 40;

/**
 * Fits a hypersolver, measures it on states it has not seen, compares it with the classical methods, and prepares
 * all files: correction.onnx, solver.onnx, metrics.json, figures and report.html.
 * @throws as `fitCorrection`.
 */
export async function runFit(request: FitRequest, context: RunContext = {}): Promise<FitRun> {
  const { field, states, heldOut = measuredSamples(field), figures: wantsFigures = true } = request;
  const fit = await fitCorrection(field, request.spec, request, context);
  const { correction, spec } = fit;
  const random = new Random(spec.seed);
  const wanted = await states.heldOut(heldOut, random);
  const learned = encodeCorrection(correction, fitCard(request, fit, wanted, []));
  await request.onLearned?.({ path: "correction.onnx", content: learned });
  const measured = await measureFit(request, fit, wanted, context);
  const { samples, comparison } = measured;
  const card = fitCard(request, fit, samples, comparison);
  const content = encodeCorrection(correction, card);
  const method = hyper(correction, { steps: spec.steps });
  const made = await unlessItBreaks(encodeSolver(field, method, spec.span, samples));
  const [solver, broken] = isBroken(made) ? [undefined, made] : [made, undefined];
  const metrics = metricsOf(request, fit, measured, broken);
  const artifacts: Artifact[] = [{ path: "correction.onnx", content }];
  if (solver !== undefined) artifacts.push({ path: "solver.onnx", content: solver });
  const whole = { metrics, correction, card, content, solver };
  if (!wantsFigures) return { ...whole, figures: [], artifacts: [...artifacts, metricsFile(metrics)] };
  const isImage = hasImageStates(field);
  const figures = await fitFigures({
    field,
    fit,
    rows: comparison,
    errors: { base: measured.base.errors, hypersolver: measured.hypersolver.errors },
    many: isImage ? samples : await states.heldOut(DENSITY_SAMPLES, random),
    few: isImage ? samples : await states.heldOut(TRAJECTORY_SAMPLES, random),
    compile: machineOf(context),
  });
  const report = withRunFacts(fitReport(metrics, card, figures), { ...metrics, seed: card.seed });
  return { ...whole, figures, artifacts: [...artifacts, ...(await reportArtifacts(report, metrics))] };
}

function metricsOf(
  { title, command }: FitRequest,
  { spec, status, iterations, losses, data, correction, seconds }: Fit,
  { samples, dropped, base, hypersolver, comparison, measuring, seconds: measure }: MeasuredFit,
  brokenSolver: Broken | undefined,
): FitMetrics {
  return {
    title,
    command,
    spec,
    status,
    iterations,
    heldOutSamples: samples.z0.shape[0] ?? 0,
    dropped,
    brokenSolver,
    base: base.result,
    hypersolver: hypersolver.result,
    comparison,
    losses,
    noiseFloor: data.noiseFloor,
    reference: referenceFacts(data.reference),
    measuring,
    parameters: Object.values(correction.parameters).reduce((total, weight) => total + weight.data.length, 0),
    seconds: { ...seconds, measure },
  };
}
