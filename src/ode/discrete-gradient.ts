import type { NamedTensors } from "../runtime/index.js";
import { fail, formatShape, fromNumbers, sameShape, type Tensor, toFloat64, zeros } from "../tensor/index.js";
import type { CompiledSolveOptions, FieldSolution } from "./compile-solve.js";
import { prepared, refuseRule, runtimeOptions } from "./compiled-options.js";
import { STATE_INPUT } from "./compiled-steps.js";
import type { Field } from "./field.js";
import { interruption } from "./interruption.js";
import { withOpenParameters } from "./open-parameters.js";
import { type RecordedSolution, recordedAdaptive, recordedFixed } from "./recorded-solve.js";
import { orThrow } from "./solution.js";
import { planSolve } from "./solve-options.js";
import { type StepRule, tableauRule } from "./step-rule.js";
import { compileStepVjp, type Pullback, type StepVjp } from "./step-vjp.js";
import type { Awaitable } from "./stepper.js";

/** Options of a differentiated solve: those of `compileSolve`, but every requested time is a step boundary. */
export interface GradientOptions extends Omit<CompiledSolveOptions, "rule" | "lastStep" | "reuseLastStage"> {
  /** Makes another fixed-step rule than the method's, on the field whose parameters are open to derivatives. */
  readonly rule?: (field: Field) => StepRule;
}

/**
 * ∂loss/∂z at the requested times: one tensor a time, undefined where the loss does not look; a tensor alone belongs to
 * the last time. As a function it sees the solved states, one a requested time, the initial one included.
 */
export type LossCotangent = Cotangents | ((states: readonly Tensor[]) => Awaitable<Cotangents>);
type Cotangents = Tensor | readonly (Tensor | undefined)[];

/** Values that may differ from run to run. */
export interface GradientInputs {
  /** Values of the field's controls. */
  readonly controls?: NamedTensors;
  /** Values of parameters, where they differ from those that the field holds. */
  readonly parameters?: NamedTensors;
}

/** A solve and the gradient of a loss through it. */
export interface SolveGradient {
  readonly solution: FieldSolution;
  /** With respect to the initial state. */
  readonly z0: Tensor;
  /** With respect to every float parameter of the field, by name. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** With respect to every float control, by name. */
  readonly controls: Readonly<Record<string, Tensor>>;
}

/** A differentiable solve, compiled once, for many states, weights and losses. */
export interface CompiledGradient {
  /**
   * @throws SHAPE_MISMATCH when a cotangent does not have its state's shape; STEP_LIMIT, STEP_UNDERFLOW, NON_FINITE,
   *   INTERRUPTED when the solve fails (see `orThrow`): there is no gradient of half a solve.
   */
  run(z0: Tensor, cotangent: LossCotangent, inputs?: GradientInputs): Promise<SolveGradient>;
  dispose(): Promise<void>;
}

/**
 * Prepares a solve and its exact reverse (discretise, then optimise). The forward solve keeps the state at step
 * boundaries; backwards, each accepted step is replayed and its vector–Jacobian product taken, one program run a step:
 * λ_k = (∂z_{k+1}/∂z_k)ᵀ λ_{k+1},  dL/dθ = Σ_k (∂z_{k+1}/∂θ)ᵀ λ_{k+1}. Step sizes count as constants. Memory grows with
 * the number of steps by one state each. Parameters are inputs of all programs, so training compiles nothing anew.
 *
 * Adaptive solves restart at every requested time (Hairer's first step again: 2 evaluations of f a segment), and a pair
 * that is not FSAL does not reuse its last stage.
 * @throws INVALID_ARGUMENT when options are unusable or contradict each other.
 */
export async function compileGradient(field: Field, options: GradientOptions): Promise<CompiledGradient> {
  const { rule: ruleOf, onStep, controller, ...rest } = options;
  const plan = planSolve(rest);
  const open = withOpenParameters(field);
  if (plan.kind === "adaptive") refuseRule(ruleOf);
  const rule = ruleOf?.(open) ?? tableauRule(open, plan.tableau);
  const forward =
    plan.kind === "fixed"
      ? await recordedFixed(open, rule, plan, options)
      : await recordedAdaptive(open, plan, options);
  const backward = await compileStepVjp(open, rule, runtimeOptions(options));
  return {
    run: async (z0, cotangent, { controls = {}, parameters = {} } = {}) => {
      const start = prepared(field, z0);
      const values = { ...controls, ...field.parameters, ...parameters };
      const record = await forward.run(start, values);
      orThrow(record.solution);
      const { states } = record.solution;
      const given = typeof cotangent === "function" ? await cotangent(states) : cotangent;
      const cotangents = perTime(given, states);
      const { z, sums } = await pullBack(backward, record, { start, cotangents, values }, options.signal);
      return { solution: record.solution, z0: plus(z, sums[STATE_INPUT]), ...split(sums, field) };
    },
    dispose: async () => {
      await forward.dispose();
      await backward.dispose();
    },
  };
}

/** Compiles, runs once and disposes. Sessions stay cached for the next call of the same shape. */
export async function gradientThroughSolve(
  field: Field,
  z0: Tensor,
  options: GradientOptions & GradientInputs,
  cotangent: LossCotangent,
): Promise<SolveGradient> {
  const { controls = {}, parameters = {}, ...rest } = options;
  const solve = await compileGradient(field, rest);
  try {
    return await solve.run(z0, cotangent, { controls, parameters });
  } finally {
    await solve.dispose();
  }
}

/** Cotangents by requested time, of the states' types. */
function perTime(given: Cotangents, states: readonly Tensor[]): readonly (Tensor | undefined)[] {
  const list: readonly (Tensor | undefined)[] =
    "data" in given ? states.map((_, i) => (i === states.length - 1 ? given : undefined)) : given;
  states.forEach(({ shape }, i) => {
    const own = list[i];
    if (list.length === states.length && (own === undefined || sameShape(own.shape, shape))) return;
    throw fail("SHAPE_MISMATCH", {
      what: `cotangent of state ${i}`,
      expected: `${formatShape(shape)}, one of ${states.length}`,
      received: `${own === undefined ? "none" : formatShape(own.shape)}, one of ${list.length}`,
    });
  });
  return list;
}

interface Losses {
  readonly start: Tensor;
  readonly cotangents: readonly (Tensor | undefined)[];
  /** Controls and parameters. */
  readonly values: NamedTensors;
}

async function pullBack(
  backward: StepVjp,
  { steps, stepsBefore }: RecordedSolution,
  { start, cotangents, values }: Losses,
  signal: AbortSignal | undefined,
): Promise<Pullback> {
  const isInterrupted = interruption(signal);
  const arriving = (z: Tensor, boundary: number): Tensor =>
    cotangents.reduce<Tensor>((sum, own, i) => (stepsBefore[i] === boundary ? plus(sum, own) : sum), z);
  let pullback = backward.start(arriving(zeros(start.shape, start.dtype), steps.length), values);
  for (const [i, step] of [...steps.entries()].reverse()) {
    if (await isInterrupted())
      throw fail("INTERRUPTED", { what: "gradient", received: `stopped by its signal at s = ${step.s}` });
    const { z, sums } = await backward.run({ ...step, z0: start }, pullback, values);
    pullback = { z: arriving(z, i), sums };
  }
  return pullback;
}

function plus(a: Tensor, b: Tensor | undefined): Tensor {
  if (b === undefined) return a;
  const others = toFloat64(b);
  return fromNumbers(
    toFloat64(a).map((value, i) => value + (others[i] ?? 0)),
    a.shape,
    a.dtype,
  );
}

function split(sums: NamedTensors, field: Field) {
  const entries = Object.entries(sums);
  return {
    parameters: Object.fromEntries(entries.filter(([name]) => name in field.parameters)),
    controls: Object.fromEntries(entries.filter(([name]) => field.roles.controls.includes(name))),
  };
}
