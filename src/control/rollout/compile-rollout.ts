import type { Method } from "../../ode/index.js";
import { checkOptionNames, compileNames, type OptionNames, runtimeOptions } from "../../ode/internal.js";
import type { CompileOptions } from "../../runtime/index.js";
import { fail, fromNumbers, type Tensor, toFloat64 } from "../../tensor/index.js";
import type { ControlProblem } from "../problem/control-problem.js";
import { type ResolvedProblem, resolveProblem } from "../problem/resolve-problem.js";
import { checkedControls, checkedStates } from "./check-controls.js";
import { type IntervalMethod, intervalMethod } from "./interval-method.js";
import {
  compileDifferentiablePieces,
  compilePieces,
  type ForwardRollout,
  type RolloutStart,
} from "./piecewise-rollout.js";

/** How a rollout is solved and run. */
export interface RolloutOptions extends CompileOptions {
  /** Fixed steps within one control interval: `rk4:1`, `fixed(euler, { steps: 2 })`, `hyper(correction, { steps: 1 })`. */
  readonly method: Method | string;
}

/** What a rollout costs: evaluations of f and g, multiply–accumulates a sample, time. */
export interface RolloutStatistics {
  readonly nfe: number;
  readonly gCalls: number;
  readonly macs: number;
  readonly milliseconds: number;
}

/** Where controls lead. */
export interface Rollout {
  /** At the start and at the end of every control interval, [samples, intervals + 1, n]. */
  readonly states: Tensor;
  /** Σ Δ ℓ + φ of every sample. */
  readonly cost: Float64Array;
  /** The largest max(h, 0) on the way of every sample; zeros without constraints. */
  readonly violation: Float64Array;
  readonly statistics: RolloutStatistics;
}

/** The objective of plans, which is the cost and what violations add to it, with its gradients. */
export interface RolloutGradient extends Rollout {
  /** The cost with what violations add, of every sample. */
  readonly objective: Float64Array;
  /** ∂objective/∂controls, [samples, intervals, m]. */
  readonly controls: Tensor;
  /** ∂objective/∂z0, [samples, n]. */
  readonly z0: Tensor;
}

/** Rollouts, compiled once for any number of samples. */
export interface CompiledRollout<Result = Rollout> {
  /**
   * @param z0 states at the start, [samples, n].
   * @param controls [samples, intervals, m], each held for a control interval.
   * @param start s at the start. Default 0.
   * @throws SHAPE_MISMATCH for other shapes; INVALID_ARGUMENT for controls out of bounds; NON_FINITE where a number that comes or
   *   goes is none.
   */
  run(z0: Tensor, controls: Tensor, start?: number): Promise<Result>;
  dispose(): Promise<void>;
}

const optionNames: OptionNames<RolloutOptions> = { ...compileNames, method: true };

/**
 * Prepares rollouts of a problem: programs over a few control intervals, run one after another.
 * @throws UNSUPPORTED_FIELD unless the field has vector states and one control; INVALID_ARGUMENT for a problem or an option that
 *   makes no sense, or step control; CARD_MISMATCH for a correction that was fitted to other steps than the control rate asks of it.
 */
export async function compileRollout(
  given: ControlProblem,
  options: RolloutOptions,
): Promise<CompiledRollout> {
  checkOptionNames("compileRollout", options, optionNames);
  const problem = resolveProblem(given);
  const solved = intervalMethod(problem, options.method);
  const pieces = await compilePieces(problem, solved, runtimeOptions(options));
  return {
    run: async (z0, controls, start = 0) => {
      const startedAt = performance.now();
      const rollout = await pieces.forward(checkedStart(problem, z0, controls, start));
      return rolloutOf(problem, solved, rollout, performance.now() - startedAt);
    },
    dispose: () => pieces.dispose(),
  };
}

/**
 * Prepares rollouts with the exact gradients of their discrete steps: the way back takes the pieces of the horizon once more, in
 * reverse. λ_n = ∂(Δ ℓ)/∂z_n + (∂z_{n+1}/∂z_n)ᵀ λ_{n+1}, dJ/du_n = ∂(Δ ℓ)/∂u_n + (∂z_{n+1}/∂u_n)ᵀ λ_{n+1}.
 * @throws as `compileRollout`.
 */
export async function compileRolloutGradient(
  given: ControlProblem,
  options: RolloutOptions,
): Promise<CompiledRollout<RolloutGradient>> {
  checkOptionNames("compileRolloutGradient", options, optionNames);
  const problem = resolveProblem(given);
  const solved = intervalMethod(problem, options.method);
  const pieces = await compileDifferentiablePieces(problem, solved, runtimeOptions(options));
  return {
    run: async (z0, controls, start = 0) => {
      const startedAt = performance.now();
      const rollout = await pieces.forward(checkedStart(problem, z0, controls, start));
      const gradients = await pieces.backward(rollout);
      for (const gradient of Object.values(gradients)) requireFinite(toFloat64(gradient), solved);
      const { objective } = rollout;
      return {
        ...rolloutOf(problem, solved, rollout, performance.now() - startedAt),
        objective,
        ...gradients,
      };
    },
    dispose: () => pieces.dispose(),
  };
}

const checkedStart = (
  problem: ResolvedProblem,
  z0: Tensor,
  controls: Tensor,
  start: number,
): RolloutStart => ({
  z0: checkedStates("rollout: z0", z0, problem),
  controls: checkedControls(controls, z0.shape[0] ?? 0, problem),
  start,
});

function rolloutOf(
  problem: ResolvedProblem,
  solved: IntervalMethod,
  { site, pieces, cost, objective, violation }: ForwardRollout,
  milliseconds: number,
): Rollout {
  requireFinite(objective, solved);
  const states = joinedStates(problem, site.z0, pieces);
  return { states, cost, violation, statistics: { ...solved.cost, milliseconds } };
}

/** The start and the states of all pieces, [samples, intervals + 1, n]. */
function joinedStates(
  { intervals, stateSize }: ResolvedProblem,
  z0: Tensor,
  pieces: readonly Tensor[],
): Tensor {
  const samples = z0.shape[0] ?? 0;
  const width = (intervals + 1) * stateSize;
  const all = new Float64Array(samples * width);
  let offset = 0;
  for (const part of [z0, ...pieces]) {
    const values = toFloat64(part);
    const size = values.length / samples;
    for (let row = 0; row < samples; row++)
      all.set(values.subarray(row * size, (row + 1) * size), row * width + offset);
    offset += size;
  }
  return fromNumbers(all, [samples, intervals + 1, stateSize], z0.dtype);
}

function requireFinite(values: Float64Array, { method }: IntervalMethod): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw fail("NON_FINITE", {
    what: `rollout by ${method.text}`,
    expected: "finite states, costs and gradients",
    received: String(values[bad]),
    help: "take more steps an interval, tighter bounds, or a higher control rate",
  });
}
