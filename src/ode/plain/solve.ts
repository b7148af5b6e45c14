import { fail } from "../../tensor/index.js";
import { shortNumber } from "../../tensor/internal.js";
import type { PlainJacobian } from "../implicit/finite-differences.js";
import { solveImplicit } from "../implicit/plain-solve.js";
import { plainAlgebra, type VectorField } from "../methods/algebra.js";
import { type LinearMethod, linearSteps } from "../methods/linear-method.js";
import { isImplicit } from "../methods/method.js";
import { requireLinear, resolveMethod } from "../methods/method-of.js";
import { type PlannedMesh, planMesh, requestedTimes } from "../problem/grid.js";
import { interruption } from "../problem/interruption.js";
import { spanOf, stepsOf } from "../problem/mesh.js";
import { checkOptionNames, type OptionNames, requestNames } from "../problem/option-names.js";
import { type Solution, SolutionRecorder } from "../problem/solution.js";
import type { SolveRequest } from "../problem/solve-request.js";
import { integrateAdaptive } from "../step-control/adaptive.js";
import { checkedField, firstBadIndex, type PlainField } from "./plain-field.js";
import { plainStepper } from "./plain-stepper.js";
import { refuseColumns } from "./refuse-columns.js";

/** What `solve` is asked. */
export interface SolveOptions extends SolveRequest<Float64Array> {
  /** ∂f/∂y for an implicit method, d rows of d numbers or all of them row by row. Default: forward differences. */
  readonly jacobian?: PlainJacobian | undefined;
}

const solveNames: OptionNames<SolveOptions> = { ...requestNames, jacobian: true };

/**
 * Solves dy/ds = f(s, y) for a field written in JavaScript, in float64.
 *
 *     const { states } = orThrow(await solve((s, y) => [-y[0]], [1], { span: [0, 2], method: "dopri5@1e-8" }));
 *
 * @param field (s, y) -> dy/ds. Never called outside the span (but for `lastStep: "overshoot"`).
 * @param y0 state at the start, any number of elements: a batch is one flat state and shares its steps.
 * @returns the outcome as a value; see `Solution` and `orThrow`. Exceptions of the field pass through.
 * @throws INVALID_ARGUMENT for an unknown option, when the method or the place makes no sense, or the method needs a field that is a graph.
 */
export async function solve(
  field: PlainField,
  y0: ArrayLike<number>,
  options: SolveOptions,
): Promise<Solution<Float64Array>> {
  checkOptionNames("solve", options, solveNames);
  const method = resolveMethod(options.method);
  const start = startOf(y0);
  if (isImplicit(method)) return solveImplicit(field, start, method, options);
  if (method.kind === "fixed") {
    const linear = requireLinear(method, "this field is no graph");
    return solveFixed(field, start, linear, planMesh(method.grid, options), options);
  }
  refuseColumns(method);
  const times = requestedTimes(options);
  const checked = checkedField(field, method.lastStep === "overshoot" ? undefined : spanOf(times));
  const { signal, onStep } = options;
  return integrateAdaptive(plainStepper(method.tableau, checked, method), start, {
    ...method,
    times,
    signal,
    onStep,
  });
}

/** @throws INVALID_ARGUMENT for what is no array. */
function startOf(y0: ArrayLike<number>): Float64Array {
  if (typeof y0 === "object" && y0 !== null && typeof y0.length === "number") return Float64Array.from(y0);
  throw fail("INVALID_ARGUMENT", { what: "y0", expected: "an array of numbers", received: typeof y0 });
}

async function solveFixed(
  field: PlainField,
  start: Float64Array,
  method: LinearMethod,
  { mesh, times }: PlannedMesh,
  { signal, onStep }: SolveOptions,
): Promise<Solution<Float64Array>> {
  const checked: VectorField<Float64Array, number> = checkedField(field, spanOf(times));
  const recorder = new SolutionRecorder(times, start);
  const badState = firstBadIndex(start);
  if (badState !== undefined) return recorder.nonFinite("In the initial state", badState);
  const isInterrupted = interruption(signal);
  const steps = linearSteps(method, checked, plainAlgebra, stepsOf(mesh), start);
  for (;;) {
    if (await isInterrupted()) return recorder.interrupted();
    const next = steps.next();
    if (next.done === true) break;
    const { s, dt, y1 } = next.value;
    recorder.nfe = method.nfe(recorder.acceptedSteps + 1);
    const bad = firstBadIndex(y1);
    if (bad !== undefined) return recorder.nonFinite(`After the step from s = ${shortNumber(s)}`, bad);
    const s1 = mesh[recorder.acceptedSteps + 1] ?? s + dt;
    recorder.accept(s1, y1);
    if (s1 === recorder.nextTime) recorder.save(y1);
    onStep?.({ s, dt, accepted: true, errorRatio: undefined, y: y1 });
  }
  if (recorder.nextTime !== undefined) recorder.save(start);
  return recorder.succeed();
}
