import { stateErrors } from "../../../hypersolver/index.js";
import { correctionOf, isCorrected, isStudent } from "../../../hypersolver/internal.js";
import {
  adaptive,
  dopri5,
  type Field,
  type FieldSolution,
  type FixedMethod,
  type Method,
  solveField,
} from "../../../ode/index.js";
import { isNonStationary, magnitudeOf, type SolvePlace, withStepControl } from "../../../ode/internal.js";
import { formatNumber } from "../../../plot/internal.js";
import type { CompileOptions, NamedTensors } from "../../../runtime/index.js";
import { type Tensor, toFloat64 } from "../../../tensor/index.js";

/** A finer solve of the same, and how far the answer is from it. */
export interface FinerSolve {
  /** What it was solved by. */
  readonly method: string;
  /** Mean distance of the ends over the mean norm of the finer one; absent where that broke. */
  readonly relative?: number;
  readonly nfe: number;
}

/** What to solve again. */
export interface CheckAsk {
  readonly field: Field;
  readonly z0: Tensor;
  readonly controls: NamedTensors;
  readonly place: SolvePlace;
  readonly options: CompileOptions & { readonly signal?: AbortSignal };
}

/**
 * The same method, finer: twice as many steps, a tenth of the tolerances. What learned its steps has no finer ones: dopri5 at
 * 1e-6.
 */
function finer(method: Method): Method {
  if (method.kind === "adaptive")
    return withStepControl(method, { rtol: method.rtol / 10, atol: method.atol / 10 });
  if (isLearned(method)) return adaptive(dopri5, { rtol: 1e-6, atol: 1e-6 });
  const { grid } = method;
  if ("steps" in grid) return method.withGrid({ steps: 2 * grid.steps });
  const halves = grid.mesh.flatMap((s, i) => (i === 0 ? [s] : [((grid.mesh[i - 1] ?? s) + s) / 2, s]));
  return method.withGrid({ mesh: halves });
}

const isLearned = (method: FixedMethod): boolean =>
  correctionOf(method) !== undefined || isNonStationary(method) || isCorrected(method) || isStudent(method);

/** Solves again by finer steps and compares the ends. */
export async function finerSolve(
  { states }: FieldSolution,
  method: Method,
  { field, z0, controls, place, options }: CheckAsk,
): Promise<FinerSolve> {
  const better = finer(method);
  // A grid of points is a place by itself, and its halves are not asked for.
  const { mesh = [] } = method.kind === "fixed" && "mesh" in method.grid ? method.grid : {};
  const where = (place.span ?? place.times) ? place : { span: [mesh[0] ?? 0, mesh.at(-1) ?? 0] as const };
  const solution = await solveField(field, z0, { ...options, ...where, method: better, controls });
  const { nfe } = solution.statistics;
  const end = solution.states.at(-1) as Tensor;
  if (solution.status !== "success") return { method: better.text, nfe };
  const { relative } = stateErrors(states.at(-1) as Tensor, end);
  return { method: better.text, nfe, ...(Number.isFinite(relative) && { relative }) };
}

/** A finer solve that ends so far away says that the coarser one tells nothing. */
const WORTHLESS = 0.5;

/** What is to be said of a check that went badly. */
export function checkWarning({ method, relative }: FinerSolve, checked: string): string | undefined {
  if (relative !== undefined && relative < WORTHLESS) return undefined;
  const how =
    relative === undefined ? "does not come to an end" : `ends ${formatNumber(relative)} of its norm away`;
  return `${method} ${how}: the states of ${checked} mean nothing. Take more steps, or, if the field is stiff, rodas4@1e-5`;
}

/** Growth over a solve that is more often instability than a field's own. */
const EXPLOSION = 1e4;

/** Of fixed steps, which control no error: at no cost, whether the states grew as unstable steps make them grow. */
export function growthWarning(method: Method, { states }: FieldSolution): string | undefined {
  const [start, end] = [states[0], states.at(-1)];
  if (method.kind === "adaptive" || start === undefined || end === undefined) return undefined;
  const [before, after] = [magnitudeOf(start), magnitudeOf(end)];
  if (!(after > EXPLOSION * Math.max(before, 1)) || toFloat64(end).some(Number.isNaN)) return undefined;
  return `states grew from ${formatNumber(before)} to ${formatNumber(after)}: fixed steps may be too long for this field to be stable; --check solves again by finer ones and compares`;
}
