import {
  type Correction,
  encodeCorrection,
  encodeSolver,
  type Fit,
  type FitInputs,
  type FitSpec,
  fitCorrection,
  hyper,
  measureMethod,
  type ValidityCard,
} from "../../hypersolver/index.js";
import {
  channelMoments,
  fingerprintOf,
  hasImageStates,
  type MeasuredError,
  measuringReference,
  type ReferenceSettings,
  referenceNoise,
  type Samples,
  type StateErrors,
  solvableSamples,
} from "../../hypersolver/internal.js";
import { type Field, type FixedMethod, fixed, type Span } from "../../ode/index.js";
import { stateType, tableauSpec } from "../../ode/internal.js";
import type { Figure } from "../../plot/index.js";
import type { CompileOptions, RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { isBroken, Random, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import { libraryName } from "../../version.js";
import type { Artefact } from "../kit/artefact.js";
import { standardCompetitors } from "../kit/competitors.js";
import { metricsFile, reportArtefacts, withRunFacts } from "../kit/report.js";
import { type ComparisonRow, compareMethods, measuredRows } from "./comparison.js";
import { fitFigures } from "./fit-figures.js";
import type { BrokenResult, FitMetrics, MethodResult } from "./fit-metrics.js";
import { fitReport } from "./fit-report.js";

/** A fit from field to report. */
export interface FitRequest extends FitInputs {
  readonly field: Field;
  /** What the field is called in titles. */
  readonly title: string;
  /** The command line that repeats this run, for the report. */
  readonly command: string;
  readonly spec: FitSpec;
  /** Held-out states to measure on. Default 2000; for images 64. */
  readonly heldOut?: number | undefined;
  /** What errors are measured against. Default: `measuringReference`. */
  readonly measuring?: ReferenceSettings;
  /** Evaluations of f to compare methods at. Default 1 to 32 by doubling. */
  readonly budget?: readonly number[] | undefined;
  /** Draw figures and write a report. Default true. */
  readonly figures?: boolean;
  /** Told the correction, `correction.onnx`, before it is measured; it comes again at the end, with measured errors. */
  readonly onLearned?: ((artefact: Artefact) => Promise<void>) | undefined;
}

/** What comes of a fit: the correction with its numbers, and every file. */
export interface FitRun {
  readonly metrics: FitMetrics;
  readonly correction: Correction;
  readonly card: ValidityCard;
  /** None where none were asked for. */
  readonly figures: readonly Figure[];
  readonly artefacts: readonly Artefact[];
}

/** Held-out states that methods are measured on, when nobody says: images are thousands of numbers each. */
export const measuredSamples = (field: Field): number => (hasImageStates(field) ? 64 : 2000);

/** Doublings, and what the hypersolver spends. */
const budgetWith = (nfe: number): number[] => [...new Set([1, 2, 4, 8, 16, 32, nfe])].sort((a, b) => a - b);
const DENSITY_SAMPLES = 20_000;
const TRAJECTORY_SAMPLES = 40;

/**
 * Fits a hypersolver, measures it on states it has not seen, compares it with the classical methods, and prepares
 * all files: correction.onnx, solver.onnx, metrics.json, figures and report.html.
 * @throws as `fitCorrection`.
 */
export async function runFit(request: FitRequest, context: RunContext = {}): Promise<FitRun> {
  const { field, states, spec, heldOut = measuredSamples(field), figures = true } = request;
  const fit = await fitCorrection(field, spec, request, context);
  const started = performance.now();
  const { span, steps, seed } = fit.spec;
  const { base } = fit.correction;
  const compile = machineOf(context);
  const random = new Random(seed);
  const wanted = await states.heldOut(heldOut, random);
  await request.onLearned?.(correctionFile(fit, cardOf(request, fit, wanted, [])));
  const measuring = request.measuring ?? measuringReference(field);
  const solvable = await solvableSamples(field, span, wanted, measuring, compile);
  const { samples, ends: reference, dropped } = solvable;
  const noise = await referenceNoise(field, span, samples, measuring, compile);
  const [baseMethod, method] = [fixed(base, { steps }), hyper(fit.correction, { steps })];
  const on = { span, steps, samples, reference, compile };
  const measured = await measuredResult(field, method, on);
  const measuredBase = await measuredResult(field, baseMethod, on);
  const budget = request.budget ?? budgetWith(method.scheme(field).cost(steps).nfe);
  const methods = standardCompetitors(field, { budget, correction: fit.correction });
  // A stop comes too late here: what was fitted is to be measured.
  const { signal: _, ...unstopped } = context;
  const comparison = await compareMethods({ field, span, samples, reference, methods }, unstopped);
  const card = cardOf(request, fit, samples, comparison);
  const solver = await unlessItBreaks(encodeSolver(field, method, span, samples));
  const metrics: FitMetrics = {
    title: request.title,
    command: request.command,
    spec: fit.spec,
    status: fit.status,
    iterations: fit.iterations,
    heldOutSamples: samples.z0.shape[0] ?? 0,
    ...(dropped !== undefined && { dropped }),
    ...(isBroken(solver) && { brokenSolver: solver }),
    base: measuredBase.result,
    hypersolver: measured.result,
    comparison,
    losses: fit.losses,
    noiseFloor: fit.data.noiseFloor,
    reference: fit.data.settings,
    measuring: { ...measuring, noise },
    parameters: Object.values(fit.correction.parameters).reduce((total, { data }) => total + data.length, 0),
    seconds: { ...fit.seconds, measure: (performance.now() - started) / 1000 },
  };
  const drawn = figures
    ? await fitFigures({
        ...{ field, correction: fit.correction, span, steps, fit, rows: comparison, compile },
        errors: { base: measuredBase.errors, hypersolver: measured.errors },
        many: hasImageStates(field) ? samples : await states.heldOut(DENSITY_SAMPLES, random),
        few: hasImageStates(field) ? samples : await states.heldOut(TRAJECTORY_SAMPLES, random),
      })
    : [];
  return {
    metrics,
    correction: fit.correction,
    card,
    figures: drawn,
    artefacts: [
      correctionFile(fit, card),
      ...(isBroken(solver) ? [] : [{ path: "solver.onnx", content: solver }]),
      ...(figures ? await pageOf(metrics, card, drawn) : [metricsFile(metrics)]),
    ],
  };
}

interface MeasuredCase {
  readonly span: Span;
  readonly steps: number;
  readonly samples: Samples;
  readonly reference: Tensor;
  readonly compile: CompileOptions;
}

/** That a method breaks is a result, not a reason to lose the fit. */
async function measuredResult(
  field: Field,
  method: FixedMethod,
  { span, steps, samples, reference, compile }: MeasuredCase,
): Promise<{ readonly result: MethodResult | BrokenResult; readonly errors?: StateErrors }> {
  const known = { method: method.name, steps };
  const measured = await unlessItBreaks(measureMethod(field, method, span, samples, reference, compile));
  if (isBroken(measured)) return { result: { ...known, ...measured } };
  const { errors, statistics } = measured;
  const { mean, median, largest, relative } = errors;
  const { nfe, gCalls, macs, milliseconds } = statistics;
  const result = { ...known, mean, median, largest, relative, nfe, gCalls, macs, milliseconds };
  return { result, errors };
}

const correctionFile = ({ correction }: Fit, card: ValidityCard): Artefact => ({
  path: "correction.onnx",
  content: encodeCorrection(correction, card),
});

const pageOf = (metrics: FitMetrics, card: ValidityCard, figures: readonly Figure[]): Promise<Artefact[]> =>
  reportArtefacts(withRunFacts(fitReport(metrics, card, figures), { ...metrics, seed: card.seed }), metrics);

function cardOf(
  { field, states }: FitRequest,
  fit: Fit,
  samples: Samples,
  comparison: readonly ComparisonRow[],
): ValidityCard {
  const { span, steps, epsilon, inputs, features, directions, seed } = fit.spec;
  const { base } = fit.correction;
  const target = (span[1] - span[0]) / steps;
  const direction = Math.sign(target);
  const sizes = [Math.abs(target), ...(epsilon ?? [])].map((size) =>
    Math.min(size, Math.abs(span[1] - span[0])),
  );
  const { method, tolerance, precision } = fit.data.settings;
  const ownBase = tableauSpec(base);
  return {
    format: 1,
    base: base.name,
    tableau: typeof ownBase === "string" ? undefined : ownBase,
    order: base.order,
    inputs,
    features,
    span: [span[0], span[1]],
    steps,
    directions,
    epsilon: [direction * Math.min(...sizes), direction * Math.max(...sizes)],
    stateShape: stateType(field).shape,
    states: { source: states.description, ...channelMoments(samples.z0) },
    reference: { method, tolerance, precision, noiseFloor: fit.data.noiseFloor },
    measured: measuredErrors(comparison),
    seed,
    library: libraryName,
    fingerprint: fingerprintOf(field),
  };
}

/** Errors of hypersolver and base at the same number of steps, out of the comparison: of those that have any. */
function measuredErrors(all: readonly ComparisonRow[]): MeasuredError[] {
  const rows = measuredRows(all);
  return rows.flatMap((row) => {
    const base = rows.find(({ role, steps }) => role === "base" && steps === row.steps);
    if (row.role !== "hypersolver" || row.steps === undefined || base === undefined) return [];
    return [{ steps: row.steps, nfe: row.nfe, macs: row.macs, base: base.error, hypersolver: row.error }];
  });
}
