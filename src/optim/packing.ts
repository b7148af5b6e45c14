import { concat, type NamedNodes, type Node, reshape, slice } from "../graph/index.js";
import type { NamedTensors } from "../runtime/index.js";
import {
  type FloatDType,
  fail,
  formatShape,
  isFloat,
  type Shape,
  sizeOf,
  type Tensor,
  tensor,
} from "../tensor/index.js";
import { sameShape } from "../tensor/internal.js";

/** Where each of several tensors lies in one flat vector. */
export interface Packing {
  readonly dtype: FloatDType;
  /** Length of the vector. */
  readonly size: number;
  readonly entries: readonly PackingEntry[];
}

interface PackingEntry {
  readonly name: string;
  readonly shape: Shape;
  readonly start: number;
  readonly end: number;
}

/**
 * Lays tensors out one after another.
 * @throws INVALID_ARGUMENT when there are none; DTYPE_MISMATCH when they are not floats of one type.
 */
export function packingOf(tensors: NamedTensors): Packing {
  const [dtype, ...others] = [...new Set(Object.values(tensors).map((value) => value.dtype))];
  if (dtype === undefined)
    throw fail("INVALID_ARGUMENT", { what: "parameters", expected: "at least one", received: "none" });
  if (others.length > 0 || !isFloat(dtype)) {
    throw fail("DTYPE_MISMATCH", {
      what: "parameters",
      expected: "all float32 or all float64",
      received: [dtype, ...others].join(", "),
    });
  }
  let size = 0;
  const entries = Object.entries(tensors).map(([name, { shape }]) => {
    const start = size;
    size += sizeOf(shape);
    return { name, shape, start, end: size };
  });
  return { dtype, size, entries };
}

/**
 * Writes tensors into `target` from `offset` on.
 * @throws INVALID_ARGUMENT for a missing or unexpected name; SHAPE_MISMATCH; DTYPE_MISMATCH.
 */
export function pack(
  { entries, dtype }: Packing,
  tensors: NamedTensors,
  target: Float32Array | Float64Array,
  offset = 0,
): void {
  requireNames(
    entries.map(({ name }) => name),
    Object.keys(tensors),
  );
  for (const { name, shape, start } of entries) {
    const { data } = requireType(name, { dtype, shape }, tensors[name]);
    if (!(data instanceof BigInt64Array)) target.set(data, offset + start);
  }
}

/** Reads tensors from `source`, copying them out. */
export function unpack(
  { entries, dtype }: Packing,
  source: Float32Array | Float64Array,
  offset = 0,
): Record<string, Tensor> {
  return Object.fromEntries(
    entries.map(({ name, shape, start, end }) => [
      name,
      tensor(dtype, shape, source.slice(offset + start, offset + end)),
    ]),
  );
}

/** The nodes of the tensors inside a vector node. */
export function unpackNodes({ entries }: Packing, vector: Node): NamedNodes {
  return Object.fromEntries(
    entries.map(({ name, shape, start, end }) => [name, reshape(slice(vector, 0, start, end), shape)]),
  );
}

/** One vector of static nodes: the inverse of `unpackNodes`. */
export function packNodes(nodes: readonly Node[]): Node {
  return concat(
    nodes.map((node) => reshape(node, [sizeOf(node.shape.map(Number))])),
    0,
  );
}

function requireNames(expected: readonly string[], received: readonly string[]): void {
  const missing = expected.filter((name) => !received.includes(name));
  const unexpected = received.filter((name) => !expected.includes(name));
  if (missing.length === 0 && unexpected.length === 0) return;
  throw fail("INVALID_ARGUMENT", {
    what: "parameters",
    expected: expected.join(", "),
    received: `missing ${missing.join(", ") || "none"}; unexpected ${unexpected.join(", ") || "none"}`,
  });
}

function requireType(
  name: string,
  expected: { readonly dtype: FloatDType; readonly shape: Shape },
  received: Tensor | undefined,
): Tensor {
  if (received?.dtype === expected.dtype && sameShape(received.shape, expected.shape)) return received;
  throw fail(received?.dtype === expected.dtype ? "SHAPE_MISMATCH" : "DTYPE_MISMATCH", {
    what: `parameter "${name}"`,
    expected: `${expected.dtype}${formatShape(expected.shape)}`,
    received: received === undefined ? "none" : `${received.dtype}${formatShape(received.shape)}`,
  });
}
