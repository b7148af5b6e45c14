import { type CompileOptions, compile, type NamedTensors } from "../../runtime/index.js";
import { cast, type Tensor } from "../../tensor/index.js";
import { firstNonFinite } from "../../tensor/internal.js";
import { integrateAdaptive } from "../control/adaptive.js";
import type { AdaptiveOptions } from "../control/adaptive-options.js";
import { withToleranceFloor } from "../control/tolerance-floor.js";
import { type Field, fieldMacs } from "../field/field.js";
import { type StepRule, tableauRule } from "../methods/step-rule.js";
import { interruption } from "../problem/interruption.js";
import { type Solution, SolutionRecorder, type SolveStatistics } from "../problem/solution.js";
import { planSolve, type SolveOptions, type SolvePlan } from "../problem/solve-options.js";
import {
  definedOnly,
  prepared,
  refuseRule,
  refuseToleranceColumns,
  runtimeOptions,
  spanOf,
} from "./compiled-options.js";
import { compiledStepper } from "./compiled-stepper.js";
import { compileStep, rowsOf, STATE_INPUT, unrolledSolve } from "./compiled-steps.js";

/** Costs of a solve, whole: what a correction costs is in. */
export interface FieldStatistics extends SolveStatistics {
  /** Evaluations of a correction g. */
  readonly gCalls: number;
  /** Multiply–accumulates a sample, f and g together. */
  readonly macs: number;
}

/** Outcome of a solve of a compiled field. */
export interface FieldSolution extends Solution<Tensor> {
  readonly statistics: FieldStatistics;
}

/** Options of a compiled solve: those of `solve`, with tensors for states, and those of the runtime. */
export interface CompiledSolveOptions
  extends Omit<SolveOptions, "onStep" | "norm" | "controller">,
    CompileOptions {
  readonly controller?: AdaptiveOptions<Tensor>["controller"];
  readonly onStep?: AdaptiveOptions<Tensor>["onStep"];
  /** Another fixed-step rule instead of the method's: how a hypersolver enters. */
  readonly rule?: StepRule;
  /**
   * Columns of the state's last axis that error control sees, the first ones: what is integrated along, such as a
   * log-density, then follows the steps that the state needs. Default: all.
   */
  readonly toleranceColumns?: number;
}

/** A solve ready to run from many initial states. */
export interface CompiledSolve {
  /**
   * @param z0 initial states, [batch, …]; converted to the field's float type.
   * @param controls values of the field's controls, with the batch of z0.
   * @returns the outcome as a value, failures of integration included.
   * @throws SHAPE_MISMATCH, MISSING_INPUT, INVALID_ARGUMENT for an empty batch.
   */
  run(z0: Tensor, controls?: NamedTensors): Promise<FieldSolution>;
  dispose(): Promise<void>;
}

/** Solves of up to this many evaluations of f become one program; longer ones repeat a compiled step. */
const UNROLL_LIMIT = 128;

/**
 * Prepares the solve of a field on the runtime: one program for a fixed mesh, one a step for step control.
 * @throws INVALID_ARGUMENT when options are unusable or contradict each other.
 */
export async function compileSolve(field: Field, options: CompiledSolveOptions): Promise<CompiledSolve> {
  const { onStep, rule, controller, ...rest } = options;
  const plan = planSolve(rest);
  if (plan.kind === "adaptive") {
    refuseRule(rule);
    return compileAdaptive(field, plan, options);
  }
  refuseToleranceColumns(options.toleranceColumns);
  const fixedRule = rule ?? tableauRule(field, plan.tableau);
  const evaluations = fixedRule.cost.nfe * (plan.mesh.length - 1);
  const looped = onStep !== undefined || options.signal !== undefined || evaluations > UNROLL_LIMIT;
  return looped
    ? compileLooped(field, fixedRule, plan, options)
    : compileUnrolled(field, fixedRule, plan, options);
}

/** Compiles, runs once and disposes. The session stays cached for the next call of the same shape. */
export async function solveField(
  field: Field,
  z0: Tensor,
  options: CompiledSolveOptions & { readonly controls?: NamedTensors },
): Promise<FieldSolution> {
  const solve = await compileSolve(field, options);
  try {
    return await solve.run(z0, options.controls);
  } finally {
    await solve.dispose();
  }
}

type FixedPlan = Extract<SolvePlan, { kind: "fixed" }>;
type AdaptivePlan = Extract<SolvePlan, { kind: "adaptive" }>;

/** The state at the i-th requested time. The slash keeps it apart from controls. */
const outputName = (i: number): string => `/at${i}`;

async function compileUnrolled(
  field: Field,
  rule: StepRule,
  plan: FixedPlan,
  options: CompiledSolveOptions,
): Promise<CompiledSolve> {
  const { mesh, times } = plan;
  const names = new Map(times.map((time, i) => [mesh.indexOf(time), outputName(i)]));
  const graph = unrolledSolve(field, rule, mesh, names);
  const program = await compile(graph, { hot: true, ...runtimeOptions(options) }, rowsOf(graph));
  let diagnosis: Promise<CompiledSolve> | undefined;
  return {
    run: async (z0, controls = {}) => {
      const start = prepared(field, z0);
      const recorder = new SolutionRecorder(times, start);
      const bad = firstNonFinite(start);
      if (bad >= 0) return withCosts(recorder.nonFinite("In the initial state", bad), rule, 0);
      const outputs = await program.run({ ...controls, [STATE_INPUT]: start });
      // A span of zero length has one mesh point, hence one output for two times.
      const states = times.map((_, i) => cast(outputs[outputName(i)] ?? start, start.dtype));
      if (states.some((state) => firstNonFinite(state) >= 0)) {
        diagnosis ??= compileLooped(field, rule, plan, options);
        return (await diagnosis).run(z0, controls);
      }
      const steps = mesh.length - 1;
      recorder.nfe = steps * rule.cost.nfe;
      recorder.acceptedSteps = steps;
      recorder.lastGood = { s: times.at(-1) ?? 0, y: states.at(-1) ?? start };
      for (const state of states.slice(1)) recorder.save(state);
      return withCosts(recorder.succeed(), rule, steps);
    },
    dispose: async () => {
      await program.dispose();
      await (await diagnosis)?.dispose();
    },
  };
}

async function compileLooped(
  field: Field,
  rule: StepRule,
  plan: FixedPlan,
  options: CompiledSolveOptions,
): Promise<CompiledSolve> {
  const { mesh, times } = plan;
  const program = await compileStep(field, rule, { hot: true, ...runtimeOptions(options) });
  const run: CompiledSolve["run"] = async (z0, controls = {}) => {
    const start = prepared(field, z0);
    const recorder = new SolutionRecorder(times, start);
    const badStart = firstNonFinite(start);
    if (badStart >= 0) return withCosts(recorder.nonFinite("In the initial state", badStart), rule, 0);
    const isInterrupted = interruption(options.signal);
    let z = start;
    for (const [i, s1] of mesh.slice(1).entries()) {
      if (await isInterrupted()) return withCosts(recorder.interrupted(), rule, i);
      const s = mesh[i] ?? s1;
      z = await program.run({ s, dt: s1 - s, z, z0: start, span: spanOf(mesh) }, controls);
      recorder.nfe += rule.cost.nfe;
      const bad = firstNonFinite(z);
      if (bad >= 0) return withCosts(recorder.nonFinite(`After the step from s = ${s}`, bad), rule, i + 1);
      recorder.accept(s1, z);
      if (s1 === recorder.nextTime) recorder.save(z);
      options.onStep?.({ s, dt: s1 - s, accepted: true, errorRatio: undefined, y: z });
    }
    if (recorder.nextTime !== undefined) recorder.save(start);
    return withCosts(recorder.succeed(), rule, mesh.length - 1);
  };
  return { run, dispose: () => program.dispose() };
}

function withCosts(solution: Solution<Tensor>, { cost }: StepRule, steps: number): FieldSolution {
  return {
    ...solution,
    statistics: { ...solution.statistics, gCalls: cost.gCalls * steps, macs: cost.macs * steps },
  };
}

async function compileAdaptive(
  field: Field,
  plan: AdaptivePlan,
  options: CompiledSolveOptions,
): Promise<CompiledSolve> {
  const { tableau, times } = plan;
  const macs = fieldMacs(field);
  const dense = times.length > 2 || options.lastStep === "overshoot";
  const { signal, onStep, controller, maxSteps, minStep, maxStep, firstStep, lastStep } = options;
  const loop = definedOnly({ signal, onStep, controller, maxSteps, minStep, maxStep, firstStep, lastStep });
  const { toleranceColumns } = options;
  const stepper = await compiledStepper(
    tableau,
    field,
    { ...plan, ...definedOnly({ reuseLastStage: options.reuseLastStage, toleranceColumns }) },
    { ...runtimeOptions(options), dense },
  );
  const bounds = lastStep === "overshoot" ? undefined : spanOf(times);
  return {
    run: async (z0, controls = {}) => {
      const solution = await integrateAdaptive(stepper.with(controls, bounds), prepared(field, z0), {
        ...loop,
        times,
      });
      const statistics = { ...solution.statistics, gCalls: 0, macs: macs * solution.statistics.nfe };
      return withToleranceFloor({ ...solution, statistics }, plan);
    },
    dispose: () => stepper.dispose(),
  };
}
