import { type Fit, hyper, measureMethod } from "../../hypersolver/index.js";
import {
  type DroppedSamples,
  measuringReference,
  referenceFacts,
  referenceNoise,
  type Samples,
  type StateErrors,
  solvableSamples,
} from "../../hypersolver/internal.js";
import { type Field, type FixedMethod, fixed, type Span } from "../../ode/index.js";
import type { CompileOptions, RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { isBroken, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import { standardCompetitors } from "../kit/competitors.js";
import { type ComparisonRow, compareMethods } from "./comparison.js";
import type { BrokenResult, FitMetrics, MethodResult } from "./fit-metrics.js";
import type { FitRequest } from "./fit-request.js";

/** What a correction is worth. */
export interface MeasuredFit {
  /** Those that the reference could solve. */
  readonly samples: Samples;
  readonly dropped: DroppedSamples | undefined;
  readonly measuring: FitMetrics["measuring"];
  readonly base: MeasuredMethod;
  readonly hypersolver: MeasuredMethod;
  readonly comparison: readonly ComparisonRow[];
  readonly seconds: number;
}

/** That a method breaks is a result, not a reason to lose the fit. */
export interface MeasuredMethod {
  readonly result: MethodResult | BrokenResult;
  /** Absent where it broke. */
  readonly errors?: StateErrors;
}

/** Doublings, and what the hypersolver spends. */
const budgetWith = (nfe: number): number[] => [...new Set([1, 2, 4, 8, 16, 32, nfe])].sort((a, b) => a - b);

/** Measures the hypersolver and its base at the steps that were fitted, then every method at every budget. */
export async function measureFit(
  { field, measuring = measuringReference(field), ...request }: FitRequest,
  { correction, spec: { span, steps } }: Fit,
  wanted: Samples,
  context: RunContext,
): Promise<MeasuredFit> {
  const started = performance.now();
  const compile = machineOf(context);
  const {
    samples,
    ends: reference,
    dropped,
  } = await solvableSamples(field, span, wanted, measuring, compile);
  const noise = await referenceNoise(field, span, samples, measuring, compile);
  const on = { span, steps, samples, reference, compile };
  const method = hyper(correction, { steps });
  const hypersolver = await measuredMethod(field, method, on);
  const base = await measuredMethod(field, fixed(correction.base, { steps }), on);
  const budget = request.budget ?? budgetWith(method.scheme(field).cost(steps).nfe);
  const methods = standardCompetitors(field, { budget, correction });
  // A stop comes too late here: what was fitted is to be measured.
  const { signal: _, ...unstopped } = context;
  const comparison = await compareMethods({ field, span, samples, reference, methods }, unstopped);
  const seconds = (performance.now() - started) / 1000;
  return {
    samples,
    dropped,
    measuring: { ...referenceFacts(measuring), noise },
    base,
    hypersolver,
    comparison,
    seconds,
  };
}

interface MeasuredCase {
  readonly span: Span;
  readonly steps: number;
  readonly samples: Samples;
  readonly reference: Tensor;
  readonly compile: CompileOptions;
}

async function measuredMethod(
  field: Field,
  method: FixedMethod,
  { span, steps, samples, reference, compile }: MeasuredCase,
): Promise<MeasuredMethod> {
  const known = { method: method.name, steps };
  const measured = await unlessItBreaks(measureMethod(field, method, span, samples, reference, compile));
  if (isBroken(measured)) return { result: { ...known, ...measured } };
  const { errors, statistics } = measured;
  const { mean, median, largest, relative } = errors;
  const { nfe, gCalls, macs, milliseconds } = statistics;
  const result = { ...known, mean, median, largest, relative, nfe, gCalls, macs, milliseconds };
  return { result, errors };
}
