import { type Correction, stateErrors } from "../../hypersolver/index.js";
import { type Mean, meanAndStandardError } from "../../metrics/index.js";
import {
  compileFlowDensity,
  type Flow,
  type FlowDensityOptions,
  type LogDensities,
} from "../../models/index.js";
import type { ButcherTableau } from "../../ode/index.js";
import type { CompileOptions } from "../../runtime/index.js";
import { type Broken, isBroken, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import { methodTitle } from "../fit/comparison.js";
import type { BrokenMethod } from "./broken-method.js";

/** How well a method evaluates densities. */
export interface DensityQuality {
  readonly method: string;
  readonly nfe: number;
  readonly milliseconds: number;
  /** Negative log-likelihood in nats, units of the data. */
  readonly nll: Mean;
  /** Mean |log p − reference|, in nats; absent, as the next, where the reference broke. */
  readonly logDensityError?: number;
  /** Mean Euclidean distance, at the base, to the reference. */
  readonly endpointError?: number;
}

export interface DensityQualityRequest {
  readonly flow: Flow;
  /** Held-out data, [n, d]. */
  readonly data: Tensor;
  readonly methods: readonly DensityMethod[];
  readonly compile?: CompileOptions;
  /** Called after every method. */
  readonly onMethod?: (done: number) => void;
  /** Ends it before the next method. */
  readonly signal?: AbortSignal;
}

export interface DensityMethod {
  readonly method: string;
  readonly options: FlowDensityOptions;
}

/** Bases alone and corrections, each in one step. */
export function densityMethods(
  bases: readonly ButcherTableau[],
  corrections: Readonly<Record<string, Correction | undefined>>,
): DensityMethod[] {
  const corrected = Object.entries(corrections).flatMap(([method, correction]) =>
    correction === undefined ? [] : [{ method, options: { correction, steps: 1 } }],
  );
  const alone = bases.map((base) => ({
    method: methodTitle(base.name),
    options: { method: base, steps: 1 },
  }));
  return [...alone, ...corrected];
}

/** Tolerance that errors are measured against: as far as float32 reaches. */
const REFERENCE_TOLERANCE = 1e-6;

/** Evaluates the same data by every method, dopri5 at the default tolerance first. */
export async function densityQuality(
  request: DensityQualityRequest,
): Promise<(DensityQuality | BrokenMethod)[]> {
  const { methods, signal, onMethod } = request;
  const tight = { rtol: REFERENCE_TOLERANCE, atol: REFERENCE_TOLERANCE };
  const reference = await unlessItBreaks(evaluated(request, tight));
  const rows: (DensityQuality | BrokenMethod)[] = [];
  for (const { method, options } of [{ method: "dopri5", options: {} }, ...methods]) {
    if (signal?.aborted === true) break;
    const row = await unlessItBreaks(rowOf(method, evaluated(request, options), reference));
    rows.push(isBroken(row) ? { method, ...row } : row);
    onMethod?.(rows.length);
  }
  return rows;
}

async function rowOf(
  method: string,
  evaluation: Promise<LogDensities>,
  reference: LogDensities | Broken,
): Promise<DensityQuality> {
  const { values, z, statistics } = await evaluation;
  const row = {
    ...{ method, nfe: statistics.nfe, milliseconds: statistics.milliseconds },
    // A log-density of −∞ is no number either.
    nll: meanAndStandardError(values.map((value) => -value)),
  };
  if (isBroken(reference)) return row;
  const off = values.map((value, i) => Math.abs(value - (reference.values[i] ?? 0)));
  return { ...row, logDensityError: meanOf(off), endpointError: stateErrors(z, reference.z).mean };
}

/** The second, warm run of a method. */
async function evaluated(
  { flow, data, compile = {} }: DensityQualityRequest,
  options: FlowDensityOptions,
): Promise<LogDensities> {
  const density = await compileFlowDensity(flow, { ...compile, ...options });
  try {
    await density.run(data);
    return await density.run(data);
  } finally {
    await density.dispose();
  }
}

const meanOf = (values: Float64Array): number =>
  values.reduce((total, value) => total + value, 0) / values.length;
