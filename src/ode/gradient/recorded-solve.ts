import type { NamedTensors } from "../../runtime/index.js";
import type { Tensor } from "../../tensor/index.js";
import { prepared, runtimeOptions } from "../compiled/compiled-options.js";
import type { CompiledSolveOptions, FieldSolution } from "../compiled/compiled-solve.js";
import { compiledStepper } from "../compiled/compiled-stepper.js";
import type { StepPlace } from "../compiled/compiled-steps.js";
import { compileFixed } from "../compiled/fixed-solve.js";
import { type Field, fieldMacs } from "../field/field.js";
import type { AdaptiveMethod, FixedMethod } from "../methods/method.js";
import type { PlannedMesh } from "../problem/grid.js";
import { type Span, spanOf, stepsOf } from "../problem/mesh.js";
import { type Solution, SolutionRecorder } from "../problem/solution.js";
import { integrateAdaptive } from "../step-control/adaptive.js";
import { integrateSegments } from "./segments.js";

/** A step that was taken, and the state it started from. */
interface RecordedStep extends StepPlace {
  readonly z: Tensor;
}

/** A solve with all that is needed to go back over it. */
export interface RecordedSolution {
  readonly solution: FieldSolution;
  readonly steps: readonly RecordedStep[];
  /** How many of the steps lie before each requested time: every one of them is a step boundary. */
  readonly stepsBefore: readonly number[];
}

interface RecordedSolve {
  run(z0: Tensor, controls: NamedTensors): Promise<RecordedSolution>;
  dispose(): Promise<void>;
}

/** A fixed-step solve that keeps the state at every mesh point. */
export async function recordedFixed(
  field: Field,
  method: FixedMethod,
  { mesh, times }: PlannedMesh,
  options: CompiledSolveOptions,
): Promise<RecordedSolve> {
  const solve = await compileFixed(field, method, { mesh, times: mesh }, options);
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
  method: AdaptiveMethod,
  times: readonly number[],
  options: CompiledSolveOptions,
): Promise<RecordedSolve> {
  // A predicted last stage would tie each step to the one before; without it a step is a function of its state alone.
  const tolerance = { ...method, reuseLastStage: false };
  const stepper = await compiledStepper(method.tableau, field, tolerance, runtimeOptions(options));
  const { signal } = options;
  const { maxSteps } = method;
  const macs = fieldMacs(field);
  const run: RecordedSolve["run"] = async (z0, controls) => {
    const start = prepared(field, z0);
    const recorder = new SolutionRecorder(times, start);
    const steps: RecordedStep[] = [];
    const stepsBefore = [0];
    const advance = (span: Span, y: Tensor, left: number): Promise<Solution<Tensor>> => {
      let z = y;
      const onStep: CompiledSolveOptions["onStep"] = (event) => {
        options.onStep?.(event);
        if (!event.accepted) return;
        steps.push({ s: event.s, dt: event.dt, span, z });
        z = event.y;
      };
      const loop = { ...method, maxSteps: left, times: span, signal, onStep };
      return integrateAdaptive(stepper.with(controls, span), y, loop);
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
