import type { GuardedStates } from "../../../hypersolver/index.js";
import type { FieldSolution, Span } from "../../../ode/index.js";
import { fromNumbers, type Tensor, tensor } from "../../../tensor/index.js";
import type { TableContent, TableShape } from "../../files/table-file.js";
import type { SolveOptions } from "./table.js";

/** What the file of `solve --out` will hold: known before the solve, so that a format that cannot is refused. */
export function statesShape(
  { times, guard, keepPartial }: Pick<SolveOptions, "times" | "guard" | "keepPartial">,
  axes: number,
): TableShape {
  const beside = [
    ...(times === undefined ? [] : ["times"]),
    ...(times === undefined || keepPartial !== true ? [] : ["last_good"]),
    ...(guard === undefined ? [] : ["error_bound", "refined"]),
  ];
  return { key: "z", rank: axes + (times === undefined ? 0 : 1), beside };
}

/**
 * A solution to write. `z`: the end, or with `stacked` the states of all times that were reached, with `times` beside
 * it. A failed solve has no end: then `last_good` is the last accepted state, and the facts say where.
 */
export function statesContent(
  { status, states, times, lastGood }: FieldSolution,
  { stacked, field }: { readonly stacked: boolean; readonly field: string },
): TableContent {
  const facts = { status, field, t0: String(times[0] ?? ""), t1: String(lastGood.s) };
  const broken: Record<string, Tensor> = status === "success" ? {} : { last_good: lastGood.y };
  if (stacked) {
    const reached = fromNumbers(times, [times.length], "float64");
    return { rows: ["z", stack(states)], beside: { times: reached, ...broken }, facts };
  }
  const end = status === "success" ? states.at(-1) : undefined;
  return end === undefined ? { rows: ["last_good", lastGood.y], facts } : { rows: ["z", end], facts };
}

/** Guarded states to write: the end `z`, bounds of the fast answer's errors, and 1 where another one stands. */
export function guardedContent(
  { end, bounds, refined }: GuardedStates,
  { span: [t0, t1], field }: { readonly span: Span; readonly field: string },
): TableContent {
  const flags = new Uint8Array(bounds.length);
  for (const row of refined) flags[row] = 1;
  return {
    rows: ["z", end],
    beside: {
      error_bound: fromNumbers(bounds, [bounds.length], "float64"),
      refined: tensor("bool", [bounds.length], flags),
    },
    facts: { status: "success", field, t0: String(t0), t1: String(t1) },
  };
}

/** States of one shape as [times, batch, …]. */
function stack(states: readonly Tensor[]): Tensor {
  const [first] = states as readonly [Tensor, ...Tensor[]];
  const size = first.data.length;
  const data =
    first.dtype === "float64"
      ? new Float64Array(states.length * size)
      : new Float32Array(states.length * size);
  for (const [i, state] of states.entries()) data.set(state.data as Float32Array | Float64Array, i * size);
  return { dtype: first.dtype, shape: [states.length, ...first.shape], data };
}
