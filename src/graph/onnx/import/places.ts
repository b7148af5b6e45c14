import { sizeOf } from "../../../tensor/index.js";
import { stridesOf } from "../../../tensor/internal.js";
import * as build from "../../build.js";
import { isOp, type Node } from "../../node.js";
import type { Extent, SymbolicShape } from "../../tensor-type.js";
import type { DecodeContext } from "./context.js";
import { valuesForRows } from "./row-numbers.js";

/** Where GatherND reads and ScatterND writes, with the addressed axes of x made one. */
export interface Places {
  /** 1 where the batch stays aside as first axis of x, indices and result, else 0. */
  readonly lead: 0 | 1;
  /** Size of the addressed axes together. */
  readonly size: number;
  /** Axes of x behind them. */
  readonly rest: SymbolicShape;
  /** Shape of the positions, of one sample where the batch stays aside. Has the batch where samples look up one table. */
  readonly shape: SymbolicShape;
  /** The positions, row-major; undefined where data decides. */
  readonly fixed: readonly number[] | undefined;
  /** The positions as int64, [batch, …] where data decides them sample by sample. */
  readonly node: () => Node;
}

/**
 * Reads an index tensor [batch?, …, q] that addresses q axes of x.
 * @param batchDims leading axes that x and indices share by the operator's own word.
 */
export function readPlaces(context: DecodeContext, x: Node, indices: Node, batchDims: number): Places {
  const parts = componentsOf(indices);
  const samples = indices.shape[0] === "batch" && x.shape[0] === "batch";
  const rows = samples && batchDims === 0 && isRowNumber(parts[0]);
  if (batchDims > 1 || (batchDims === 1 && !samples))
    throw context.unsupported(`batch_dims ${batchDims}`, "0 or 1");
  const lead = batchDims === 1 || rows ? 1 : 0;
  const addressing = rows ? parts.slice(1) : parts;
  const from = lead;
  const sizes = fixedExtents(context, x.shape.slice(from, from + addressing.length));
  const shape = indices.shape.slice(lead, -1);
  const flat = (): Node => flatPosition(addressing, sizes);
  const count = shape.includes("batch") ? undefined : sizeOf(shape.map(Number));
  const known = count === undefined ? undefined : sameInAllRows(addressing, sizes, lead, count);
  return {
    lead,
    size: sizeOf(sizes),
    rest: x.shape.slice(from + addressing.length),
    shape,
    fixed: known,
    node: flat,
  };
}

/** Rows of [batch, size, rest…] by labels of every sample: along the last axis, the same for all of the rest. */
export function elementsOf(
  x: Node,
  labels: Node,
  { size, shape, rest }: Pick<Places, "size" | "shape" | "rest">,
): Node {
  const count = sizeOf(shape.map(Number));
  const width = sizeOf(rest.map(Number));
  const columns = build.transpose(build.reshape(x, ["batch", size, width]));
  const positions = build.expand(build.reshape(labels, ["batch", 1, count]), ["batch", width, count], x);
  return build.transpose(build.gatherElements(columns, positions));
}

/** The coordinates of an index tensor, each without the last axis. */
function componentsOf(indices: Node): Node[] {
  const last = indices.shape.length - 1;
  const count = Number(indices.shape[last]);
  const joined = isOp(indices, "concat") && indices.attributes.axis === last ? indices.inputs : [];
  const units = joined.length === count ? joined : [];
  return Array.from({ length: count }, (_, i) => {
    const part = units[i] ?? build.slice(indices, last, i, i + 1);
    return build.reshape(part, indices.shape.slice(0, last));
  });
}

/** Whether a coordinate is the number of its own row, for every batch. */
function isRowNumber(part: Node | undefined): boolean {
  return [2, 3].every((rows) => {
    const value = part && valuesForRows(part, rows);
    const width = (value?.data.length ?? 0) / rows;
    return (
      value !== undefined && width > 0 && value.data.every((entry, i) => entry === Math.floor(i / width))
    );
  });
}

function fixedExtents(context: DecodeContext, extents: readonly Extent[]): number[] {
  const sizes = extents.filter((extent) => extent !== "batch");
  if (sizes.length === extents.length) return sizes;
  throw context.unsupported("positions that pick among samples", "positions inside each sample");
}

/** Positions that do not depend on data, when they are the same in every row. */
function sameInAllRows(
  parts: readonly Node[],
  sizes: readonly number[],
  lead: 0 | 1,
  count: number,
): number[] | undefined {
  const strides = stridesOf(sizes);
  const flat = new Array<number>(count).fill(0);
  for (const [axis, part] of parts.entries()) {
    const data = valuesForRows(part, lead === 1 ? 3 : 1)?.data;
    if (data === undefined || data.some((entry, i) => entry !== data[i % count])) return undefined;
    const size = sizes[axis] ?? 1;
    for (const i of flat.keys()) {
      const entry = data[i] ?? 0;
      const position = entry < 0 ? entry + size : entry;
      if (!(position >= 0 && position < size)) return undefined;
      flat[i] = (flat[i] ?? 0) + position * (strides[axis] ?? 1);
    }
  }
  return flat;
}

function flatPosition(parts: readonly Node[], sizes: readonly number[]): Node {
  const strides = stridesOf(sizes);
  const terms = parts.map((part, axis) => {
    const position = fromStart(part, sizes[axis] ?? 1);
    const stride = strides[axis] ?? 1;
    return stride === 1 ? position : build.mul(position, stride);
  });
  return terms.reduce((sum, term) => build.add(sum, term));
}

/** Negative integers count from the end. */
export const fromStart = (labels: Node, size: number): Node =>
  build.where(build.less(labels, 0), build.add(labels, size), labels);
