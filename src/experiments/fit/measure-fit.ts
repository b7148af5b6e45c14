import { measureMethod } from "../../hypersolver/index.js";
import {
  type DroppedSamples,
  hasImageStates,
  measuringReference,
  peakSignalToNoise,
  referenceFacts,
  referenceNoise,
  type Samples,
  type StateErrors,
  solvableSamples,
} from "../../hypersolver/internal.js";
import type { Field, FixedMethod, Span } from "../../ode/index.js";
import type { CompileOptions, RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { isBroken, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import { type Competitor, labelsOf, stepCount } from "../kit/competitor.js";
import { MEASURING_METHODS } from "../kit/progress-stages.js";
import { type ComparisonRow, compareMethods, measuringWarning } from "./comparison.js";
import type { BrokenResult, FitMetrics, MethodResult } from "./fit-metrics.js";
import type { FitRequest } from "./fit-request.js";
import type { LearnedSolver } from "./learned-solver.js";

/** What a learned solver is worth. */
export interface MeasuredFit {
  /** Those that the reference could solve. */
  readonly samples: Samples;
  readonly dropped: DroppedSamples | undefined;
  readonly measuring: FitMetrics["measuring"];
  readonly base: MeasuredMethod;
  readonly learned: MeasuredMethod;
  readonly comparison: readonly ComparisonRow[];
  readonly seconds: number;
}

/** That a method breaks is a result, not a reason to lose the fit. */
export interface MeasuredMethod {
  readonly result: MethodResult | BrokenResult;
  /** Absent where it broke. */
  readonly errors?: StateErrors;
}

/** Measures the learned solver and its base as they were fitted, then, where wanted, every method at every budget. */
export async function measureFit(
  {
    field,
    measuring = measuringReference(field),
    budget,
    compare = true,
  }: Pick<FitRequest, "field" | "measuring" | "budget" | "compare">,
  learned: Pick<LearnedSolver, "spec" | "method" | "title" | "base" | "budget" | "competitors">,
  wanted: Samples,
  context: RunContext,
): Promise<MeasuredFit> {
  const started = performance.now();
  const { span } = learned.spec;
  const compile = machineOf(context);
  const methods = learned.competitors(budget ?? learned.budget);
  // References come first, and may take as long as all methods.
  const total = compare ? methods.length : 2;
  context.onProgress?.({ stage: MEASURING_METHODS, done: 0, total });
  const {
    samples,
    ends: reference,
    dropped,
    jumps,
  } = await solvableSamples(field, span, wanted, measuring, compile);
  const noise = await referenceNoise(field, span, samples, measuring, compile);
  const on = { span, samples, reference, compile };
  const own = await measuredMethod(field, learned, on);
  const base = await measuredMethod(field, { method: learned.base, title: learned.base.title }, on);
  // A stop comes too late here: what was fitted is to be measured.
  const { signal: _, ...unstopped } = context;
  const comparison = compare
    ? await compareMethods({ field, span, samples, reference, methods }, unstopped)
    : ownRows(learned, base.result, own.result);
  const seconds = (performance.now() - started) / 1000;
  const warning = measuringWarning(field, measuring, jumps);
  const facts = { ...referenceFacts(measuring), noise, ...(warning !== undefined && { warning }) };
  return { samples, dropped, measuring: facts, base, learned: own, comparison, seconds };
}

/** The rows of what was measured on the way: the base, and what was learned. */
function ownRows(
  { method, title, base }: Pick<LearnedSolver, "method" | "title" | "base">,
  before: MethodResult | BrokenResult,
  after: MethodResult | BrokenResult,
): ComparisonRow[] {
  const row = (competitor: Competitor, result: MethodResult | BrokenResult): ComparisonRow => {
    const labels = labelsOf(competitor);
    if (isBroken(result)) return { ...labels, broken: result.broken, reason: result.reason };
    const { nfe, gCalls, macs, milliseconds, mean: error, median, quantile95, relative, psnr } = result;
    return { ...labels, nfe, gCalls, macs, milliseconds, error, median, quantile95, relative, psnr };
  };
  return [row({ method: base, role: "base" }, before), row({ method, title, role: "hypersolver" }, after)];
}

interface MeasuredCase {
  readonly span: Span;
  readonly samples: Samples;
  readonly reference: Tensor;
  readonly compile: CompileOptions;
}

async function measuredMethod(
  field: Field,
  { method, title }: { readonly method: FixedMethod; readonly title: string },
  { span, samples, reference, compile }: MeasuredCase,
): Promise<MeasuredMethod> {
  const known = { method: method.name, title, steps: stepCount(method) };
  const measured = await unlessItBreaks(measureMethod(field, method, span, samples, reference, compile));
  if (isBroken(measured)) return { result: { ...known, ...measured } };
  const { errors, statistics, end } = measured;
  const { mean, median, quantile95, largest, relative } = errors;
  const { nfe, gCalls, macs, milliseconds } = statistics;
  const psnr = hasImageStates(field) && { psnr: peakSignalToNoise(end, reference) };
  const held = { mean, median, quantile95, largest, relative, ...psnr };
  return { result: { ...known, ...held, nfe, gCalls, macs, milliseconds }, errors };
}
