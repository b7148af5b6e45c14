import type { CompileOptions, NamedTensors } from "../../runtime/index.js";
import type { Tensor } from "../../tensor/index.js";
import { type CompiledSolveOptions, compileSolve, type FieldSolution } from "../compiled/compile-solve.js";
import { definedOnly, prepared, runtimeOptions, spanOf } from "../compiled/compiled-options.js";
import { compiledStepper } from "../compiled/compiled-stepper.js";
import type { StepPlace } from "../compiled/compiled-steps.js";
import { integrateAdaptive } from "../control/adaptive.js";
import { type Field, fieldMacs } from "../field/field.js";
import type { StepRule } from "../methods/step-rule.js";
import { type Span, stepsOf } from "../problem/mesh.js";
import { type Solution, SolutionRecorder } from "../problem/solution.js";
import type { SolvePlan } from "../problem/solve-options.js";
import { integrateSegments } from "./segments.js";

/** A step that was taken, and the state it started from. */
export interface RecordedStep extends StepPlace {
  readonly z: Tensor;
}

/** A solve with all that is needed to go back over it. */
export interface RecordedSolution {
  readonly solution: FieldSolution;
  readonly steps: readonly RecordedStep[];
  /** How many of the steps lie before each requested time: every one of them is a step boundary. */
  readonly stepsBefore: readonly number[];
}

export interface RecordedSolve {
  run(z0: Tensor, controls: NamedTensors): Promise<RecordedSolution>;
  dispose(): Promise<void>;
}

type LoopOptions = Pick<
  CompiledSolveOptions,
  "signal" | "onStep" | "controller" | "maxSteps" | "minStep" | "maxStep" | "firstStep" | "toleranceColumns"
> &
  CompileOptions;

/** A fixed-step solve that keeps the state at every mesh point. */
export async function recordedFixed(
  field: Field,
  rule: StepRule,
  { mesh, times, tableau }: Extract<SolvePlan, { kind: "fixed" }>,
  options: LoopOptions,
): Promise<RecordedSolve> {
  const { signal, onStep } = options;
  const loop = { ...runtimeOptions(options), ...definedOnly({ signal, onStep }) };
  const solve = await compileSolve(field, { ...loop, rule, method: tableau, mesh });
  const stepsBefore = times.map((time) => mesh.indexOf(time));
  const span = spanOf(mesh);
  return {
    run: async (z0, controls) => {
      const { states, ...rest } = await solve.run(z0, controls);
      const reached = times.filter((_, i) => (stepsBefore[i] ?? 0) < states.length);
      const stateAt = (i: number): Tensor => states[i] ?? z0;
      return {
        solution: { ...rest, times: reached, states: reached.map((_, i) => stateAt(stepsBefore[i] ?? 0)) },
        steps: stepsOf(mesh).map((step, i) => ({ ...step, span, z: stateAt(i) })),
        stepsBefore,
      };
    },
    dispose: () => solve.dispose(),
  };
}

/**
 * A solve with step control that keeps the state at the start of every accepted step. It is restarted at each requested
 * time, so that all of them are step boundaries.
 */
export async function recordedAdaptive(
  field: Field,
  { tableau, times, rtol, atol }: Extract<SolvePlan, { kind: "adaptive" }>,
  options: LoopOptions,
): Promise<RecordedSolve> {
  // A predicted last stage would tie each step to the one before; without it a step is a function of its state alone.
  const stepper = await compiledStepper(
    tableau,
    field,
    { rtol, atol, reuseLastStage: false, ...definedOnly({ toleranceColumns: options.toleranceColumns }) },
    runtimeOptions(options),
  );
  const { signal, controller, maxSteps, minStep, maxStep, firstStep } = options;
  const loop = definedOnly({ signal, controller, minStep, maxStep, firstStep });
  const macs = fieldMacs(field);
  const run: RecordedSolve["run"] = async (z0, controls) => {
    const start = prepared(field, z0);
    const recorder = new SolutionRecorder(times, start);
    const steps: RecordedStep[] = [];
    const stepsBefore = [0];
    const advance = (span: Span, y: Tensor, left: number): Promise<Solution<Tensor>> => {
      let z = y;
      const onStep: LoopOptions["onStep"] = (event) => {
        options.onStep?.(event);
        if (!event.accepted) return;
        steps.push({ s: event.s, dt: event.dt, span, z });
        z = event.y;
      };
      return integrateAdaptive(stepper.with(controls, span), y, {
        ...loop,
        maxSteps: left,
        times: span,
        onStep,
      });
    };
    const arrive = (z: Tensor): Tensor => {
      recorder.save(z);
      stepsBefore.push(steps.length);
      return z;
    };
    const solution = await integrateSegments(recorder, start, { times, maxSteps, advance, arrive });
    const statistics = { ...solution.statistics, gCalls: 0, macs: macs * recorder.nfe };
    return { solution: { ...solution, statistics }, steps, stepsBefore };
  };
  return { run, dispose: () => stepper.dispose() };
}
