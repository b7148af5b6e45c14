import type { GuardedStates } from "../../../hypersolver/index.js";
import type { FieldSolution, Span } from "../../../ode/index.js";
import { encodeSafetensors, fromNumbers, type Tensor, tensor } from "../../../tensor/index.js";
import { libraryName } from "../../../version.js";

/**
 * A solution as safetensors. `z`: the end, or with `stacked` the states of all times that were reached, with `times`
 * beside it. A failed solve has no end: then `last_good` is the last accepted state, and the metadata says where.
 */
export function statesFile(
  { status, states, times, lastGood }: FieldSolution,
  { stacked, field }: { readonly stacked: boolean; readonly field: string },
): Uint8Array {
  const complete = status === "success";
  const end = states.at(-1);
  const tensors: Record<string, Tensor> = complete ? {} : { last_good: lastGood.y };
  if (stacked) {
    tensors.z = stack(states);
    tensors.times = fromNumbers(times, [times.length], "float64");
  } else if (complete && end !== undefined) tensors.z = end;
  return encodeSafetensors(tensors, {
    status,
    field,
    library: libraryName,
    t0: String(times[0] ?? ""),
    t1: String(lastGood.s),
  });
}

/** Guarded states as safetensors: the end `z`, bounds of the fast answer's errors, and 1 where another one stands. */
export function guardedFile(
  { end, bounds, refined }: GuardedStates,
  { span: [t0, t1], field }: { readonly span: Span; readonly field: string },
): Uint8Array {
  const flags = new Uint8Array(bounds.length);
  for (const row of refined) flags[row] = 1;
  const tensors = {
    z: end,
    error_bound: fromNumbers(bounds, [bounds.length], "float64"),
    refined: tensor("bool", [bounds.length], flags),
  };
  const facts = { status: "success", field, library: libraryName, t0: String(t0), t1: String(t1) };
  return encodeSafetensors(tensors, facts);
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
