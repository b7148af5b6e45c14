import { concatColumns, mul, slice } from "../../graph/index.js";
import { fitCorrection, hyper, normalStates } from "../../hypersolver/index.js";
import { defineField, euler, type Field, fixed, rk4 } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { isBroken, Random } from "../../tensor/index.js";
import { type ComparisonRow, compareMethods } from "../fit/comparison.js";
import type { ResultRow } from "../kit/result-row.js";

/** Steps over the span [0, 1]. */
const STEPS = 10;

/** Methods on a field with one slow and one fast direction. */
export interface StiffRun {
  /** The fast rate: dz/ds = (−z₁, −κ z₂). */
  readonly rate: number;
  readonly comparison: readonly ComparisonRow[];
}

/** One slow direction and one of rate κ. */
export const slowAndFast = (rate: number): Field =>
  defineField(["batch", 2], (_, z) => {
    const column = (at: number) => slice(z, 1, at, at + 1);
    return concatColumns([mul(column(0), -1), mul(column(1), -rate)]);
  });

/**
 * What g does to stiff directions: HyperEuler fitted as any is, in ten steps over a field whose fast direction Euler cannot
 * follow, beside Euler and RK4 in as many steps.
 * @throws INTERRUPTED at a signal.
 */
export async function stiffRun(
  rate: number,
  fitIterations: number,
  seed: number,
  context: RunContext,
): Promise<StiffRun> {
  const field = slowAndFast(rate);
  const states = normalStates([2]);
  const { correction } = await fitCorrection(
    field,
    {
      ...{ base: euler.name, steps: STEPS, epsilon: null, inputs: ["z", "stages"], hidden: [32, 32] },
      ...{ iterations: fitIterations, trajectories: 2048, learningRate: 0.01, seed },
    },
    { states },
    context,
  );
  const methods = [
    { method: fixed(euler, { steps: STEPS }), role: "base" as const },
    { method: fixed(rk4, { steps: STEPS }), role: "other" as const },
    { method: hyper(correction, { steps: STEPS }), role: "hypersolver" as const },
  ];
  const samples = states.heldOut(1000, new Random(seed));
  const request = { field, methods, span: [0, 1] as const, samples, repetitions: 1 };
  return { rate, comparison: await compareMethods(request, context) };
}

/** Errors at the end by stiffness ε κ and method. */
export const stiffRows = (runs: readonly StiffRun[]): ResultRow[] =>
  runs.map(({ rate, comparison }) => ({
    key: { "ε κ": rate / STEPS },
    outcome: Object.fromEntries(
      comparison.flatMap((row) => (isBroken(row) ? [] : [[`error of ${row.method}`, row.error]])),
    ),
  }));
