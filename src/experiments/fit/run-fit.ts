import { calibrateSolve, encodeSolver, type SolveCalibration } from "../../hypersolver/index.js";
import { measuringReference, referenceFacts, subjectOf } from "../../hypersolver/internal.js";
import type { Figure } from "../../plot/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { type Broken, isBroken, Random, unlessItBreaks } from "../../tensor/index.js";
import type { Artifact } from "../kit/artifact.js";
import { CALIBRATING } from "../kit/progress-stages.js";
import { metricsFile, reportArtifacts, withRunFacts } from "../kit/report.js";
import { fitFigures } from "./fit-figures.js";
import type { FitMetrics } from "./fit-metrics.js";
import { fitReport } from "./fit-report.js";
import { type FitRequest, measuredSamples } from "./fit-request.js";
import { fitVerdict } from "./fit-verdict.js";
import type { CardOf, LearnedSolver, LearnedSpec } from "./learned-solver.js";
import { type MeasuredFit, measureFit } from "./measure-fit.js";

/** What comes of a fit: the learned solver with its numbers, and every file. */
export interface FitRun<Learned extends LearnedSolver = LearnedSolver> {
  readonly metrics: FitMetrics<Learned["spec"]>;
  readonly learned: Learned;
  readonly card: CardOf<Learned>;
  /** The file of what was learned. */
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
 * Fits a solver to a field, measures it on states it has not seen, compares it with the classical methods, and prepares
 * all files: that of what was learned (correction.onnx, coefficients.json), solver.onnx, metrics.json, figures and
 * report.html.
 * @throws as what is learned: `fitCorrection`, `fitCoefficients`.
 */
export async function runFit<Learned extends LearnedSolver>(
  request: FitRequest<Learned>,
  context: RunContext = {},
): Promise<FitRun<Learned>> {
  const { field, states, heldOut = measuredSamples(field), figures: wantsFigures = true } = request;
  const learned = await request.learner.learn(field, request, context);
  const { spec, file: path } = learned;
  const random = new Random(spec.seed);
  const wanted = await states.heldOut(heldOut, random);
  await request.onLearned?.({ path, content: learned.written(wanted, [], undefined).content });
  const measured = await measureFit(request, learned, wanted, context);
  const { samples, comparison } = measured;
  const bounds = await calibrated(request, learned, heldOut, context);
  const [calibration, uncalibrated] = typeof bounds === "string" ? [undefined, bounds] : [bounds, undefined];
  if (uncalibrated !== undefined)
    context.onWarning?.(`there are no bounds of errors, which \`solve --guard\` needs: ${uncalibrated}`);
  const { content, card, story } = learned.written(samples, comparison, calibration);
  const made = await unlessItBreaks(encodeSolver(field, learned.method, spec.span, samples));
  const [solver, broken] = isBroken(made) ? [undefined, made] : [made, undefined];
  const facts = metricsOf(request, learned, measured, broken);
  const metrics = { ...facts, calibration, uncalibrated, verdict: fitVerdict(facts) };
  const artifacts: Artifact[] = [{ path, content }];
  if (solver !== undefined) artifacts.push({ path: "solver.onnx", content: solver });
  const whole = { metrics, learned, card: card as CardOf<Learned>, content, solver };
  if (!wantsFigures) return { ...whole, figures: [], artifacts: [...artifacts, metricsFile(metrics)] };
  const isLarge = subjectOf(field) === "images";
  const figures = await fitFigures({
    field,
    learned,
    rows: comparison,
    errors: { base: measured.base.errors, learned: measured.learned.errors },
    many: isLarge ? samples : await states.heldOut(DENSITY_SAMPLES, random),
    few: isLarge ? samples : await states.heldOut(TRAJECTORY_SAMPLES, random),
    compile: machineOf(context),
  });
  const report = withRunFacts(fitReport(metrics, story, figures), { ...metrics, seed: spec.seed });
  return { ...whole, figures, artifacts: [...artifacts, ...(await reportArtifacts(report, metrics))] };
}

/** States that the error predictor learns from, for each that bounds are calibrated on. */
const TAUGHT = 2;

/**
 * Bounds of errors on states kept for that; the error predictor learns from other states, those that validated the fit.
 * @returns why there are none, where there are none.
 */
async function calibrated(
  { field, states, measuring = measuringReference(field) }: FitRequest,
  { method, spec: { span, seed } }: LearnedSolver,
  count: number,
  context: RunContext,
): Promise<SolveCalibration | string> {
  const random = new Random(seed);
  const errors = await states.calibration?.(count, random);
  if (errors === undefined) return `${states.description}: none are kept for calibration`;
  context.onProgress?.({ stage: CALIBRATING, done: 0, total: 1 });
  const edges = await states.validation(TAUGHT * count, random.fork("taught"));
  const options = { ...machineOf(context), random: random.fork("predictor") };
  const made = calibrateSolve(field, method, span, { edges, errors }, measuring, options);
  const calibration = await unlessItBreaks(made);
  if (isBroken(calibration)) return calibration.reason;
  return calibration ?? `the solver comes through on too few of ${errors.z0.shape[0]} states`;
}

/** Where fewer states were given than are learned from. */
const rowsOf = (
  { rows, noise = 0 }: FitRequest["states"],
  { trajectories }: LearnedSpec,
): FitMetrics["rows"] =>
  rows === undefined || rows >= trajectories ? undefined : { given: rows, learnedFrom: trajectories, noise };

function metricsOf<Learned extends LearnedSolver>(
  { title, command, states, compare = true }: FitRequest<Learned>,
  { kind, spec, status, iterations, spared, losses, noiseFloor, reference, parameters, seconds }: Learned,
  { samples, dropped, base, learned, comparison, measuring, seconds: measure }: MeasuredFit,
  brokenSolver: Broken | undefined,
): Omit<FitMetrics<Learned["spec"]>, "calibration" | "uncalibrated" | "verdict"> {
  return {
    title,
    command,
    learn: kind,
    spec,
    status,
    iterations,
    spared,
    rows: rowsOf(states, spec),
    heldOutSamples: samples.z0.shape[0] ?? 0,
    dropped,
    brokenSolver,
    base: base.result,
    learned: learned.result,
    comparison,
    rivals: compare ? "measured" : "skipped",
    losses,
    noiseFloor,
    reference: referenceFacts(reference),
    measuring,
    parameters,
    seconds: { ...seconds, measure },
  };
}
