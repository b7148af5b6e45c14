import { type DType, fail, fromNumbers, type Shape, sizeOf, type Tensor } from "../../../tensor/index.js";
import { broadcastShapes, forEachBroadcast, forEachStrided } from "../../broadcast.js";
import * as build from "../../build.js";
import { constantNode, isOp, type Node } from "../../node.js";
import type { Count } from "./count.js";
import { storedElementType } from "./stored-tensor.js";

/**
 * A small tensor whose elements are known while importing, up to the batch: what exporters compute shapes with.
 * Integers and conditions start folded; floats only where they come from folded integers.
 */
export interface Folded {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly entries: readonly Count[];
}

/** What an ONNX value is to the importer: data, as a node, or a folded shape computation. */
export type Value = Node | Folded;

/** Larger results are left to run time. */
export const foldLimit = 65_536;

export const isFolded = (value: Value): value is Folded => "entries" in value;

export const foldedVector = (entries: readonly Count[]): Folded => ({
  dtype: "int64",
  shape: [entries.length],
  entries,
});

export const foldedScalar = (entry: Count): Folded => ({ dtype: "int64", shape: [], entries: [entry] });

/** Stored values as a value: floats are data, integers and conditions fold. */
export function valueOfTensor(value: Tensor): Value {
  const { dtype, shape, data } = value;
  if (dtype === "float32" || dtype === "float64" || data.length > foldLimit) return constantNode(value);
  const folded = { dtype, shape, entries: Array.from(data, Number) };
  const type = storedElementType(value);
  if (type !== undefined) elementTypes.set(folded, type);
  return folded;
}

const elementTypes = new WeakMap<Value, number>();

/** The ONNX type that a value was stored in; undefined for what was computed. */
export const foldedElementType = (value: Value): number | undefined => elementTypes.get(value);

const storedValues = new WeakMap<Node, Tensor>();

/** Notes what a weight holds, for operators to which it is no weight but a setting, such as the scales of Resize. */
export function noteStored(node: Node, value: Tensor): void {
  storedValues.set(node, value);
}

/** A folded value, or a constant or weight of few elements. */
export function knownValue(value: Value): Folded | undefined {
  const stored = isFolded(value) ? undefined : storedValues.get(value);
  return stored === undefined ? asFolded(value) : asFolded(constantNode(stored));
}

/** A folded value, or a small constant node seen as one. */
export function asFolded(value: Value): Folded | undefined {
  if (isFolded(value)) return value;
  if (!isOp(value, "constant")) return undefined;
  const { dtype, shape, data } = value.attributes.value;
  return data.length <= foldLimit ? { dtype, shape, entries: Array.from(data, Number) } : undefined;
}

/**
 * The value as data. What depends on the batch is computed at run time from the extent of `batchSource`.
 * @param batchSource a node whose first axis is the batch.
 */
export function nodeOf(value: Value, batchSource: Node | undefined): Node {
  if (!isFolded(value)) return value;
  const { dtype, shape, entries } = value;
  const numbers = entries.filter((entry) => typeof entry === "number");
  if (numbers.length === entries.length) return constantNode(fromNumbers(numbers, shape, dtype));
  const elements = entries.map((entry) => build.reshape(elementNode(entry, dtype, batchSource), [1]));
  return build.reshape(build.concat(elements, 0), shape);
}

function elementNode(entry: Count, dtype: DType, batchSource: Node | undefined): Node {
  if (typeof entry === "number") return build.constant(entry, dtype);
  if (batchSource === undefined) {
    throw fail("UNSUPPORTED_FIELD", { what: "a shape computation", expected: "an input with a batch axis" });
  }
  const batch = build.extent(batchSource, 0, dtype);
  const scaled = entry.perRow === 1 ? batch : build.mul(batch, entry.perRow);
  return entry.constant === 0 ? scaled : build.add(scaled, entry.constant);
}

/** One element of each operand to one of the result; undefined leaves the computation to run time. */
export type Fold = (entries: readonly Count[], dtype: DType) => Count | undefined;

/** Applies `fold` element by element with broadcasting; undefined when one element cannot be folded. */
export function foldElements(
  operands: readonly Folded[],
  fold: Fold,
  result?: DType | undefined,
): Folded | undefined {
  const shape = broadcastShapes(
    operands.map((operand) => operand.shape),
    "shape computation",
  ).map(Number);
  if (sizeOf(shape) > foldLimit) return undefined;
  const columns = operands.map((operand) => spread(operand, shape).entries);
  const dtype = operands.at(-1)?.dtype ?? "int64";
  const entries: Count[] = [];
  for (let i = 0; i < sizeOf(shape); i++) {
    const entry = fold(
      columns.map((column) => column[i] ?? 0),
      dtype,
    );
    if (entry === undefined) return undefined;
    entries.push(entry);
  }
  return { dtype: result ?? dtype, shape, entries };
}

/** Repeats a folded value to a shape that it broadcasts to. */
export function spread(value: Folded, shape: Shape): Folded {
  const entries = new Array<Count>(sizeOf(shape));
  forEachBroadcast(value.shape, shape, (to, from) => {
    entries[to] = value.entries[from] ?? 0;
  });
  return { dtype: value.dtype, shape, entries };
}

/** Picks entries along strides, for slices and transpositions of folded values. */
export function stride(value: Folded, shape: Shape, strides: Shape, offset = 0): Folded {
  const entries = new Array<Count>(sizeOf(shape));
  forEachStrided(shape, strides, (to, from) => {
    entries[to] = value.entries[offset + from] ?? 0;
  });
  return { dtype: value.dtype, shape, entries };
}
