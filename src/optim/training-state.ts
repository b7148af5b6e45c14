import type { NamedTensors } from "../runtime/index.js";
import { fail, formatShape, item, scalar, type Tensor, tensor, toFloat64 } from "../tensor/index.js";
import { allocate, prefixed, sameShape, withPrefix } from "../tensor/internal.js";
import { type Packing, pack, unpack } from "./packing.js";

/** How the state vector is laid out: one copy of the packing a row. */
interface StateLayout {
  readonly packing: Packing;
  readonly rows: readonly string[];
}

/** The one vector that a training carries from step to step. */
type StateVector = Tensor<"float32"> | Tensor<"float64">;

/** Rows that hold values of the parameters, beside those that are the optimizer's memory. */
const isOfValues = (row: string): boolean => row === "parameters" || row === "average";

/** Parameters as given, also as their first average; the optimizer's slots at zero. */
export function firstState({ packing, rows }: StateLayout, parameters: NamedTensors): StateVector {
  return filled({ packing, rows }, (data) => {
    rows.forEach((row, i) => {
      if (isOfValues(row)) pack(packing, parameters, data, i * packing.size);
    });
  });
}

/** The state with parameters and average moved to where they may be; the optimizer's memory stays. */
export function projectedState(
  layout: StateLayout,
  state: StateVector,
  project: ((parameters: NamedTensors) => NamedTensors) | undefined,
): StateVector {
  if (project === undefined) return state;
  const { packing, rows } = layout;
  return filled(layout, (data) => {
    data.set(state.data);
    rows.forEach((row, i) => {
      if (isOfValues(row)) pack(packing, project(readRow(layout, state, row)), data, i * packing.size);
    });
  });
}

/**
 * One row as named tensors, copied out.
 * @throws INVALID_ARGUMENT when the training has no such row.
 */
export function readRow(
  { packing, rows }: StateLayout,
  state: StateVector,
  row: string,
): Record<string, Tensor> {
  const position = rows.indexOf(row);
  if (position >= 0) return unpack(packing, state.data, position * packing.size);
  throw fail("INVALID_ARGUMENT", {
    what: `training: ${row}`,
    expected: rows.join(", "),
    received: row,
    help: row === "average" ? "give compileTraining an averageDecay" : "ask for what the training holds",
  });
}

/** All rows and the iteration as named tensors: `m.0.weight`. */
export function encodeState(
  layout: StateLayout,
  state: StateVector,
  iteration: number,
): Record<string, Tensor> {
  const entries = layout.rows.flatMap((row) =>
    Object.entries(readRow(layout, state, row)).map(([name, value]) => [`${row}.${name}`, value] as const),
  );
  return { ...Object.fromEntries(entries), iteration: scalar(iteration, "int64") };
}

/** The inverse of `encodeState`. @throws INVALID_ARGUMENT, SHAPE_MISMATCH, DTYPE_MISMATCH. */
export function decodeState(
  { packing, rows }: StateLayout,
  saved: NamedTensors,
): { state: StateVector; iteration: number } {
  const { iteration, ...values } = saved;
  const foreign = Object.keys(values).filter((name) => !rows.some((row) => name.startsWith(`${row}.`)));
  if (iteration === undefined || foreign.length > 0) {
    throw fail("INVALID_ARGUMENT", {
      what: "training state",
      expected: `iteration and ${rows.map((row) => `${row}.NAME`).join(", ")}`,
      received: foreign.join(", ") || "no iteration",
      help: "restore into a training with the same optimizer and average",
    });
  }
  const state = filled({ packing, rows }, (data) => {
    rows.forEach((row, i) => {
      pack(packing, withPrefix(values, `${row}.`), data, i * packing.size);
    });
  });
  return { state, iteration: item(iteration) };
}

const BUFFERS = "buffers.";

/** Buffers under the names that a saved state gives them. */
export const encodeBuffers = (buffers: NamedTensors): Record<string, Tensor> => prefixed(buffers, BUFFERS);

/**
 * Takes the buffers out of a saved state.
 * @param expected buffers of the training, for names and types.
 * @throws INVALID_ARGUMENT for missing or unexpected buffers; SHAPE_MISMATCH, DTYPE_MISMATCH.
 */
export function decodeBuffers(
  expected: NamedTensors,
  saved: NamedTensors,
): { readonly own: NamedTensors; readonly others: NamedTensors } {
  const isBuffer = ([name]: readonly [string, Tensor]): boolean => name.startsWith(BUFFERS);
  const entries = Object.entries(saved);
  const own = withPrefix(saved, BUFFERS);
  const names = (of: NamedTensors): string => Object.keys(of).sort().join(", ") || "none";
  if (names(own) !== names(expected)) {
    throw fail("INVALID_ARGUMENT", {
      what: "training state: buffers",
      expected: names(expected),
      received: names(own),
      help: "restore into a training of the same network",
    });
  }
  for (const [name, { shape, dtype }] of Object.entries(expected)) {
    const value = own[name];
    if (value?.dtype === dtype && sameShape(value.shape, shape)) continue;
    throw fail(value?.dtype === dtype ? "SHAPE_MISMATCH" : "DTYPE_MISMATCH", {
      what: `training state: buffer "${name}"`,
      expected: `${dtype}${formatShape(shape)}`,
      received: `${value?.dtype}${formatShape(value?.shape ?? [])}`,
    });
  }
  return { own, others: Object.fromEntries(entries.filter((entry) => !isBuffer(entry))) };
}

function filled({ packing, rows }: StateLayout, fill: (data: StateVector["data"]) => void): StateVector {
  const length = rows.length * packing.size;
  if (packing.dtype === "float64") {
    const data = allocate("float64", length);
    fill(data);
    return tensor("float64", [length], data);
  }
  const data = allocate("float32", length);
  fill(data);
  return tensor("float32", [length], data);
}

/** A program's result as the next state; the reference interpreter's float64 is rounded to the parameters' type. */
export function stateVector(layout: StateLayout, value: Tensor): StateVector {
  const { dtype } = layout.packing;
  const { data, shape } = value;
  if (dtype === "float32" && data instanceof Float32Array) return tensor(dtype, shape, data);
  if (dtype === "float64" && data instanceof Float64Array) return tensor(dtype, shape, data);
  return filled(layout, (target) => target.set(toFloat64(value)));
}
