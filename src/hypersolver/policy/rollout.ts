import type { Span } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { isStopped } from "../../runtime/internal.js";
import { fail, fromNumbers, type Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import { shortNumber } from "../../tensor/internal.js";
import type { Samples } from "../states/states.js";
import type { StepPolicy } from "./step-policy.js";
import { costOfStep, type StepWorld } from "./step-world.js";

/** One step of one solve. */
export interface Move {
  /** What was seen before it. */
  readonly seen: Float64Array;
  /** Number of the action that was taken. */
  readonly action: number;
  /** What the policy expected from there on. */
  readonly value: number;
  /** Distance to the solution after the step; 0 in a world without errors. */
  readonly error: number;
  /** In evaluations of f. */
  readonly cost: number;
  /** Of the step, without sign. */
  readonly size: number;
}

/** Solves that ended, sample by sample. */
export interface Rollouts {
  /** [n, d] */
  readonly ends: Tensor;
  readonly moves: readonly (readonly Move[])[];
}

interface RolloutOptions {
  readonly span: Span;
  /** Where actions are drawn from; absent: the most likely one is taken. */
  readonly random?: Random | undefined;
}

/** A solve that is longer than so many of its smallest steps has lost its way. */
const SLACK = 2;

/**
 * Solves every sample over the span, each by steps of its own, in lockstep.
 * @throws NON_FINITE naming the sample when a state breaks; INTERRUPTED at a signal.
 */
export async function rollOut(
  world: StepWorld,
  policy: StepPolicy,
  { z0, controls }: Samples,
  { span: [t0, t1], random }: RolloutOptions,
  context: Pick<RunContext, "signal"> = {},
): Promise<Rollouts> {
  const count = z0.shape[0] ?? 0;
  const [length, direction] = [Math.abs(t1 - t0), Math.sign(t1 - t0)];
  const moves: Move[][] = Array.from({ length: count }, () => []);
  const left = new Float64Array(count).fill(length);
  const column = (value: (row: number) => number): Tensor =>
    fromNumbers(
      Float64Array.from(left, (_, row) => value(row)),
      [count, 1],
      z0.dtype,
    );
  const smallest = Math.min(...policy.actions.map(({ epsilon }) => epsilon));
  let z = z0;
  for (let step = 0; left.some((rest) => rest > 0); step++) {
    if (isStopped(context)) throw fail("INTERRUPTED", { what: "rollouts", received: "a stop" });
    if (step > SLACK * Math.ceil(length / smallest))
      throw fail("STEP_LIMIT", {
        what: "steps that a policy chose",
        expected: `at most ${SLACK} times as many as the smallest ones would be`,
        received: String(step),
      });
    const at = { z, s: column((row) => t1 - direction * (left[row] ?? 0)), controls };
    const looked = await world.look(
      at,
      column((row) => (left[row] ?? 0) / length),
      policy.parameters,
    );
    const actions = chosen(looked.logits, left, random);
    const sizes = Float64Array.from(actions, (action, row) =>
      stepSize(policy.actions[action]?.epsilon ?? 0, left[row] ?? 0),
    );
    const isCorrected = (row: number): boolean => policy.actions[actions[row] ?? 0]?.corrected === true;
    const moved = await world.move(
      at,
      column((row) => direction * (sizes[row] ?? 0)),
      column((row) => (isCorrected(row) ? 1 : 0)),
    );
    requireFinite(moved.z1);
    note(moves, {
      left,
      actions,
      sizes,
      looked,
      error: moved.error,
      costOf: (row) => costOfStep(policy, isCorrected(row)),
    });
    for (const [row, size] of sizes.entries()) left[row] = rest((left[row] ?? 0) - size, length);
    z = moved.z1;
  }
  return { ends: z, moves };
}

/** Steps are cut where the span ends; none leaves a crumb behind that is smaller than rounding. */
const stepSize = (wanted: number, left: number): number => (wanted * (1 + 1e-6) >= left ? left : wanted);
const rest = (left: number, length: number): number => (left < 1e-9 * length ? 0 : left);

interface Noted {
  readonly left: Float64Array;
  readonly actions: Int32Array;
  readonly sizes: Float64Array;
  readonly looked: Readonly<Record<"seen" | "value", Tensor>>;
  readonly error: Tensor | undefined;
  costOf(row: number): number;
}

function note(moves: Move[][], { left, actions, sizes, looked, error, costOf }: Noted): void {
  const [seen, values] = [toFloat64(looked.seen), toFloat64(looked.value)];
  const errors = error === undefined ? new Float64Array(left.length) : toFloat64(error);
  const width = seen.length / left.length;
  for (const [row, remaining] of left.entries()) {
    if (remaining === 0) continue;
    moves[row]?.push({
      seen: seen.slice(row * width, (row + 1) * width),
      action: actions[row] ?? 0,
      value: values[row] ?? 0,
      error: errors[row] ?? 0,
      cost: costOf(row),
      size: sizes[row] ?? 0,
    });
  }
}

/** An action a row: drawn by its probability, or the most likely. Rows that have arrived draw nothing. */
function chosen(logits: Tensor, left: Float64Array, random: Random | undefined): Int32Array {
  const [values, count] = [toFloat64(logits), logits.shape[1] ?? 1];
  return Int32Array.from(left, (remaining, row) => {
    if (remaining === 0) return 0;
    const own = values.subarray(row * count, (row + 1) * count);
    const top = Math.max(...own);
    if (random === undefined) return own.indexOf(top);
    const weights = own.map((logit) => Math.exp(logit - top));
    let place = random.uniform() * weights.reduce((total, weight) => total + weight, 0);
    const found = weights.findIndex((weight) => {
      place -= weight;
      return place < 0;
    });
    return found < 0 ? count - 1 : found;
  });
}

function requireFinite(z: Tensor): void {
  const values = toFloat64(z);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw fail("NON_FINITE", {
    what: "steps that a policy chose",
    expected: "finite states",
    received: `${shortNumber(values[bad] ?? Number.NaN)} in sample ${Math.floor(bad / (z.shape[1] ?? 1))}`,
    help: "lower the largest step that the policy may take",
  });
}
