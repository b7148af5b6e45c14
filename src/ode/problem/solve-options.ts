import { fail } from "../../tensor/index.js";
import type { AdaptiveOptions } from "../control/adaptive-options.js";
import { type AdaptiveTableau, type ButcherTableau, isAdaptive } from "../methods/tableau.js";
import { tableauNamed } from "../methods/tableaus/index.js";
import type { ErrorNorm } from "../plain/plain-stepper.js";
import { checkMonotone, checkSpan, type Span, uniformMesh } from "./mesh.js";

/** Options of `solve`. Give exactly one of `span`, `times` and `mesh`; `steps` or `mesh` makes the steps fixed. */
export interface SolveOptions extends Omit<AdaptiveOptions<Float64Array>, "times"> {
  /** From where to where; the solution has the states at both ends. t1 < t0 runs backwards. */
  readonly span?: Span;
  /** Times of the wanted states, strictly monotone; the first is where y0 holds. */
  readonly times?: readonly number[];
  /** All points of a fixed-step solve, strictly monotone; the solution has the state at each. */
  readonly mesh?: readonly number[];
  /** Name, alias or tableau. Default `"dopri5"`. */
  readonly method?: string | ButcherTableau;
  /** Number of equal steps over `span`, or between each two of `times`. */
  readonly steps?: number;
  /** Relative tolerance of a step. Default 1e-7, as torchdiffeq. */
  readonly rtol?: number;
  /** Absolute tolerance of a step, in units of y. Default 1e-9, as torchdiffeq. */
  readonly atol?: number;
  /** Size of an error divided by its tolerances; at most 1 passes. Default: root mean square. */
  readonly norm?: ErrorNorm;
  /** Overrides the method's own; see `AdaptiveTableau.reuseLastStage`. */
  readonly reuseLastStage?: boolean;
}

/** A checked request: what is to be computed, with defaults filled in. */
export type SolvePlan =
  | {
      readonly kind: "fixed";
      readonly tableau: ButcherTableau;
      /** Every step's end, the start first. */
      readonly mesh: readonly number[];
      readonly times: readonly number[];
    }
  | {
      readonly kind: "adaptive";
      readonly tableau: AdaptiveTableau;
      readonly times: readonly number[];
      readonly rtol: number;
      readonly atol: number;
    };

/**
 * Checks options and fills in defaults.
 * @throws INVALID_ARGUMENT with what to write instead.
 */
export function planSolve(options: SolveOptions): SolvePlan {
  const tableau =
    typeof options.method === "object" ? options.method : tableauNamed(options.method ?? "dopri5");
  if (options.steps === undefined && options.mesh === undefined) return planAdaptive(tableau, options);
  const adaptiveOnly = adaptiveOptionNames.filter((name) => options[name] !== undefined);
  if (adaptiveOnly.length > 0) {
    throw invalid({
      what: adaptiveOnly.join(", "),
      expected: "either fixed steps (steps or mesh) or step control (rtol, atol and its options)",
      received: "both",
      help: `drop ${options.steps === undefined ? "mesh" : "steps"} to let tolerances choose the steps`,
    });
  }
  if (options.mesh !== undefined && options.steps !== undefined) {
    throw invalid({ what: "mesh, steps", expected: "one of the two", received: "both" });
  }
  const times = requestedTimes(options);
  const mesh = options.steps === undefined ? withoutZeroLength(times) : refined(times, options.steps);
  return { kind: "fixed", tableau, mesh, times };
}

const adaptiveOptionNames = [
  "rtol",
  "atol",
  "norm",
  "controller",
  "maxSteps",
  "minStep",
  "maxStep",
  "firstStep",
  "lastStep",
  "reuseLastStage",
] as const satisfies readonly (keyof SolveOptions)[];

function planAdaptive(tableau: ButcherTableau, options: SolveOptions): SolvePlan {
  if (!isAdaptive(tableau)) {
    throw invalid({
      what: "method",
      expected: "a method with an error estimate, or fixed steps",
      received: `${tableau.name}, which has none, and neither steps nor mesh`,
      help: "give `steps`, or take adaptive_heun, bosh3, dopri5, tsit5 or dopri8 with rtol and atol",
    });
  }
  const { rtol = 1e-7, atol = 1e-9 } = options;
  checkNumber("rtol", rtol, "a finite number, at least 0", rtol >= 0);
  checkNumber("atol", atol, "a finite number, at least 0", atol >= 0);
  checkNumber("rtol and atol", rtol + atol, "at least one above 0", rtol + atol > 0);
  const { minStep = 0, maxStep, firstStep, maxSteps = 1 } = options;
  checkNumber("minStep", minStep, "a finite number, at least 0", minStep >= 0);
  if (maxStep !== undefined) checkNumber("maxStep", maxStep, "above 0 and minStep", maxStep > minStep);
  if (firstStep !== undefined) checkNumber("firstStep", firstStep, "above 0", firstStep > 0);
  checkNumber("maxSteps", maxSteps, "a positive integer", Number.isInteger(maxSteps) && maxSteps > 0);
  return { kind: "adaptive", tableau, times: requestedTimes(options), rtol, atol };
}

function requestedTimes({ span, times, mesh }: SolveOptions): readonly number[] {
  const given = Object.entries({ span, times, mesh }).filter(([, value]) => value !== undefined);
  if (given.length !== 1) {
    throw invalid({
      what: "span, times, mesh",
      expected: "exactly one of them",
      received: given.length === 0 ? "none" : given.map(([name]) => name).join(" and "),
    });
  }
  if (span !== undefined) return checkSpan(span);
  return checkMonotone(times ?? mesh ?? [], times === undefined ? "mesh" : "times");
}

/** Equal steps between each two neighbours, so that every requested time is a mesh point. */
function refined(times: readonly number[], steps: number): readonly number[] {
  const start = times[0] ?? 0;
  // Checks `steps` even where there is nothing to refine.
  const first = uniformMesh([start, times[1] ?? start], steps);
  const others = times.slice(2).flatMap((end, i) => uniformMesh([times[i + 1] ?? end, end], steps).slice(1));
  return [...first, ...others];
}

function withoutZeroLength(times: readonly number[]): readonly number[] {
  return times.length === 2 && times[0] === times[1] ? times.slice(0, 1) : times;
}

function checkNumber(what: string, value: number, expected: string, holds: boolean): void {
  if (!(holds && Number.isFinite(value))) throw invalid({ what, expected, received: String(value) });
}

function invalid(facts: Parameters<typeof fail>[1]): Error {
  return fail("INVALID_ARGUMENT", facts);
}
