import { fail } from "../../tensor/index.js";
import { integrateAdaptive } from "../control/adaptive.js";
import { plainAlgebra, type VectorField } from "../methods/algebra.js";
import { interruption } from "../problem/interruption.js";
import { stepsOf } from "../problem/mesh.js";
import { type Solution, SolutionRecorder } from "../problem/solution.js";
import { planSolve, type SolveOptions, type SolvePlan } from "../problem/solve-options.js";
import { fixedStepNfe, fixedSteps } from "./fixed-grid.js";
import { checkedField, firstBadIndex, type PlainField } from "./plain-field.js";
import { plainStepper } from "./plain-stepper.js";

/**
 * Solves dy/ds = f(s, y) for a field written in JavaScript, in float64.
 *
 *     const { states } = orThrow(await solve((s, y) => [-y[0]], [1], { span: [0, 2], rtol: 1e-8, atol: 1e-8 }));
 *
 * @param field (s, y) -> dy/ds. Never called outside the span (but for `lastStep: "overshoot"`).
 * @param y0 state at the start, any number of elements: a batch is one flat state and shares its steps.
 * @returns the outcome as a value; see `Solution` and `orThrow`. Exceptions of the field pass through.
 * @throws INVALID_ARGUMENT when options are unusable or contradict each other.
 */
export async function solve(
  field: PlainField,
  y0: ArrayLike<number>,
  options: SolveOptions,
): Promise<Solution<Float64Array>> {
  const plan = planSolve(options);
  if (typeof y0 !== "object" || y0 === null || typeof y0.length !== "number") {
    throw fail("INVALID_ARGUMENT", { what: "y0", expected: "an array of numbers", received: typeof y0 });
  }
  const start = Float64Array.from(y0);
  const { times } = plan;
  const t0 = times[0] ?? 0;
  const t1 = times.at(-1) ?? t0;
  const checked = checkedField(field, options.lastStep === "overshoot" ? undefined : [t0, t1]);
  if (plan.kind === "fixed") return solveFixed(checked, start, plan, options);
  const stepper = plainStepper(plan.tableau, checked, { ...options, rtol: plan.rtol, atol: plan.atol });
  return integrateAdaptive(stepper, start, { ...options, times });
}

async function solveFixed(
  field: VectorField<Float64Array, number>,
  start: Float64Array,
  { tableau, mesh, times }: Extract<SolvePlan, { kind: "fixed" }>,
  { signal, onStep }: SolveOptions,
): Promise<Solution<Float64Array>> {
  const recorder = new SolutionRecorder(times, start);
  const badState = firstBadIndex(start);
  if (badState !== undefined) return recorder.nonFinite("In the initial state", badState);
  const isInterrupted = interruption(signal);
  const evaluations = fixedStepNfe(tableau, 1);
  const steps = fixedSteps(tableau, field, plainAlgebra, stepsOf(mesh), start);
  for (;;) {
    if (await isInterrupted()) return recorder.interrupted();
    const next = steps.next();
    if (next.done === true) break;
    const { s, dt, y1 } = next.value;
    recorder.nfe += evaluations;
    const bad = firstBadIndex(y1);
    if (bad !== undefined) return recorder.nonFinite(`After the step from s = ${s}`, bad);
    const s1 = mesh[recorder.acceptedSteps + 1] ?? s + dt;
    recorder.accept(s1, y1);
    if (s1 === recorder.nextTime) recorder.save(y1);
    onStep?.({ s, dt, accepted: true, errorRatio: undefined, y: y1 });
  }
  if (recorder.nextTime !== undefined) recorder.save(start);
  return recorder.succeed();
}
