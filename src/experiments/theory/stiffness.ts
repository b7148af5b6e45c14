import { concatColumns, mul, slice } from "../../graph/index.js";
import { fitCorrection, hyper, normalStates } from "../../hypersolver/index.js";
import { mapSamples } from "../../hypersolver/internal.js";
import { defineField, euler, type Field, fixed, rk4 } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { fromNumbers, isBroken, Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import { type ComparisonRow, compareMethods } from "../fit/comparison.js";
import type { ResultRow } from "../kit/result-row.js";

const WIDER = 3;
/** Steps over the span [0, 1]. */
const STEPS = 10;

/** Methods on a field with one slow and one fast direction. */
export interface StiffRun {
  /** The fast rate: dz/ds = (−z₁, −κ z₂). */
  readonly rate: number;
  readonly comparison: readonly ComparisonRow[];
  /** The hypersolver from states `WIDER` times as far out as it learned from. */
  readonly outside: ComparisonRow | undefined;
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
  const scaled = (z: Tensor): Tensor =>
    fromNumbers(
      toFloat64(z).map((value) => WIDER * value),
      z.shape,
    );
  const wide = { ...request, methods: methods.slice(-1), samples: mapSamples(samples, scaled) };
  const [outside] = await compareMethods(wide, context);
  return { rate, comparison: await compareMethods(request, context), outside };
}

/** Errors at the end by stiffness ε κ and method; of the hypersolver from farther out too. */
export const stiffRows = (runs: readonly StiffRun[]): ResultRow[] =>
  runs.map(({ rate, comparison, outside }) => {
    const told = (row: ComparisonRow | undefined, name: string): [string, number][] =>
      row === undefined || isBroken(row) ? [] : [[name, row.error]];
    const errors = comparison.flatMap((row) => told(row, `error of ${row.method}`));
    const wide = told(outside, `from states ${WIDER} times as wide`);
    return { key: { "ε κ": rate / STEPS }, outcome: Object.fromEntries([...errors, ...wide]) };
  });
