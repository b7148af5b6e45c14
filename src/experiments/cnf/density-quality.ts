import { type Correction, hyper, stateErrors } from "../../hypersolver/index.js";
import { type Mean, meanAndStandardError } from "../../metrics/index.js";
import { compileFlowDensity, FLOW_TOLERANCES, type Flow, type LogDensities } from "../../models/index.js";
import { adaptive, type ButcherTableau, dopri5, fixed, type Method } from "../../ode/index.js";
import type { CompileOptions } from "../../runtime/index.js";
import { type Broken, isBroken, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import { type Contestant, contestantsOf } from "../kit/contestant.js";
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
  readonly methods: readonly Contestant[];
  readonly compile?: CompileOptions;
  /** Called after every method. */
  readonly onMethod?: (done: number) => void;
  /** Ends it before the next method. */
  readonly signal?: AbortSignal;
}

/** Bases alone and corrections, each in one step. */
export function densityMethods(
  bases: readonly ButcherTableau[],
  corrections: Readonly<Record<string, Correction | undefined>>,
): Contestant[] {
  const corrected = Object.entries(corrections).flatMap(([name, correction]): Contestant[] =>
    correction === undefined ? [] : [{ name, role: "hypersolver", method: hyper(correction, { steps: 1 }) }],
  );
  return [...contestantsOf(bases.map((base) => fixed(base, { steps: 1 }))), ...corrected];
}

/** What errors are measured against: as far as float32 reaches. */
const REFERENCE = "dopri5@1e-6";

/** Evaluates the same data by every method, dopri5 at the default tolerance first. */
export async function densityQuality(
  request: DensityQualityRequest,
): Promise<(DensityQuality | BrokenMethod)[]> {
  const { methods, signal, onMethod } = request;
  const reference = await unlessItBreaks(evaluated(request, REFERENCE));
  const rows: (DensityQuality | BrokenMethod)[] = [];
  const first = contestantsOf([adaptive(dopri5, FLOW_TOLERANCES)]);
  for (const { name: method, method: solver } of [...first, ...methods]) {
    if (signal?.aborted === true) break;
    const row = await unlessItBreaks(rowOf(method, evaluated(request, solver), reference));
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
  method: Method | string,
): Promise<LogDensities> {
  const density = await compileFlowDensity(flow, { ...compile, method });
  try {
    await density.run(data);
    return await density.run(data);
  } finally {
    await density.dispose();
  }
}

const meanOf = (values: Float64Array): number =>
  values.reduce((total, value) => total + value, 0) / values.length;
