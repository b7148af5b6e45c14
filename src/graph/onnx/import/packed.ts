import { fail, sizeOf } from "../../../tensor/index.js";
import * as build from "../../build.js";
import { isOp, type Node } from "../../node.js";
import type { Extent, SymbolicShape } from "../../tensor-type.js";
import { type Count, countOf, formatCount, multiplyCounts } from "./count.js";
import { isFolded, type Value } from "./value.js";

/**
 * Data with an axis of several rows a sample: what exporters write as [2·batch, d] or [batch·heads, …]. Our graphs have
 * one symbolic extent, so `node` keeps the factors apart: position `axis` of the file's shape is the three axes
 * [outer, batch, inner] of the node, outer·inner > 1. Rows stay apart with them: what would join rows of different
 * samples has no form here.
 */
export interface Packed {
  readonly packed: Node;
  readonly axis: number;
}

/** What a name of the file stands for. */
export type Data = Value | Packed;

export const isPacked = (data: Data): data is Packed => "packed" in data;

/** Numbers of rows before and behind the sample's own place: row o·batch·inner + b·inner + i. */
export function factorsOf({ packed, axis }: Packed): { readonly outer: number; readonly inner: number } {
  return { outer: Number(packed.shape[axis]), inner: Number(packed.shape[axis + 2]) };
}

export const rankOf = (data: Data): number =>
  isPacked(data) ? data.packed.shape.length - 2 : data.shape.length;

/** The shape in the file's terms. */
export function countsOf(data: Data): Count[] {
  if (!isPacked(data)) return data.shape.map(countOf);
  const { outer, inner } = factorsOf(data);
  const { packed, axis } = data;
  return [
    ...packed.shape.slice(0, axis).map(countOf),
    { constant: 0, perRow: outer * inner },
    ...packed.shape.slice(axis + 3).map(countOf),
  ];
}

/** The node's axis of an axis of the file, both sides of the packed one. */
export const nodeAxis = ({ axis }: Packed, position: number): number =>
  position < axis ? position : position + 2;

/** Data of a node that has [outer, batch, inner] at `axis`: plain where there is one row a sample. */
export function pack(node: Node, axis: number): Node | Packed {
  if (node.shape[axis] !== 1 || node.shape[axis + 2] !== 1) return { packed: node, axis };
  return build.reshape(node, [...node.shape.slice(0, axis), "batch", ...node.shape.slice(axis + 3)]);
}

/** A plain node's batch axis as the three of a packed one. */
export function unpacked(node: Node, axis: number): Packed {
  const { shape } = node;
  return {
    packed: build.reshape(node, [...shape.slice(0, axis), 1, "batch", 1, ...shape.slice(axis + 1)]),
    axis,
  };
}

/** [rows·batch, …] as [batch, rows, …]; undefined where the rows of a sample do not follow each other. */
export function inSampleOrder(data: Packed): Node | undefined {
  const { packed, axis } = data;
  const { outer, inner } = factorsOf(data);
  if (axis !== 0) return undefined;
  const shape: SymbolicShape = ["batch", outer * inner, ...packed.shape.slice(3)];
  if (outer === 1) return build.reshape(packed, shape);
  const repeated = isOp(packed, "expand") ? repeatedFrom(packed, axis) : undefined;
  if (repeated === undefined) return undefined;
  const { length } = packed.shape;
  const x = repeated.shape.length === length ? build.reshape(repeated, repeated.shape.slice(1)) : repeated;
  return build.expand(x, shape, packed);
}

/** Product of sizes; undefined where the batch would be squared. */
export const productOfCounts = (counts: readonly Count[]): Count | undefined =>
  counts.reduce<Count | undefined>(
    (product, count) => (product === undefined ? undefined : multiplyCounts(product, count)),
    1,
  );

/**
 * The same elements under a shape of one axis perRow·batch; undefined where that would tear samples apart, or where
 * the sizes are none.
 */
export function repack(data: Node | Packed, target: readonly Count[]): Node | Packed | undefined {
  const node = isPacked(data) ? data.packed : data;
  const axis = target.findIndex((count) => typeof count !== "number");
  const rows = target[axis];
  if (typeof rows !== "object" || rows.constant !== 0) return undefined;
  if (node.shape.filter((extent) => extent === "batch").length !== 1) return undefined;
  const fixed = (counts: readonly Count[]): number[] | undefined => {
    const sizes = counts.filter((count) => typeof count === "number");
    return sizes.length === counts.length ? sizes : undefined;
  };
  const [before, after] = [fixed(target.slice(0, axis)), fixed(target.slice(axis + 1))];
  if (before === undefined || after === undefined) return undefined;
  const at = node.shape.indexOf("batch");
  const outer = sizeOf(node.shape.slice(0, at).map(Number)) / sizeOf(before);
  const inner = sizeOf(node.shape.slice(at + 1).map(Number)) / sizeOf(after);
  const whole = Number.isInteger(outer) && Number.isInteger(inner) && outer * inner === rows.perRow;
  if (!whole) return undefined;
  return pack(build.reshape(node, [...before, outer, "batch", inner, ...after]), axis);
}

/** One row's values repeated to axes of which one may be perRow·batch, its copies lying one batch after the other. */
export function expandTo(
  value: Node,
  target: readonly Count[],
  source: Node | undefined,
): Packed | undefined {
  const axis = target.findIndex((count) => typeof count !== "number");
  const rows = target[axis];
  const back = target.length - axis;
  const own = value.shape.length - back;
  if (typeof rows !== "object" || rows.constant !== 0 || (own >= 0 && value.shape[own] !== 1))
    return undefined;
  const sizes = (counts: readonly Count[]): Extent[] => counts.map(Number);
  const shape: SymbolicShape = [
    ...sizes(target.slice(0, axis)),
    rows.perRow,
    "batch",
    1,
    ...sizes(target.slice(axis + 1)),
  ];
  return { packed: build.expand(opened(value, own), shape, source), axis };
}

/** An axis of one element as three; a tensor that does not reach so far as it is. */
function opened(value: Node, axis: number): Node {
  if (axis < 0) return value;
  return build.reshape(value, [...value.shape.slice(0, axis), 1, 1, 1, ...value.shape.slice(axis + 1)]);
}

/** The last axes of operands side by side: packed axes have to agree, others get ones where they meet them. */
export function align(inputs: readonly (Data | undefined)[]): (Value | undefined)[] {
  const first = inputs.find((data) => data !== undefined && isPacked(data) && !isRepeated(data));
  const guide = first ?? inputs.find((data) => data !== undefined && isPacked(data));
  if (guide === undefined || !isPacked(guide)) return [...inputs] as (Value | undefined)[];
  const back = rankOf(guide) - guide.axis;
  return inputs.map((data) => {
    if (data === undefined) return undefined;
    if (isPacked(data)) return agreeing(data, guide, back);
    const axis = data.shape.length - back;
    if (axis < 0) return data;
    if (data.shape[axis] !== 1) throw unequal(formatCount(countOf(data.shape[axis] ?? 1)), guide);
    if (!isFolded(data)) return opened(data, axis);
    return { ...data, shape: [...data.shape.slice(0, axis), 1, 1, 1, ...data.shape.slice(axis + 1)] };
  });
}

/** A value that is the same in all rows has no order of rows of its own. */
const isRepeated = ({ packed, axis }: Packed): boolean =>
  isOp(packed, "expand") && repeatedFrom(packed, axis) !== undefined;

function repeatedFrom(packed: Node<"expand">, axis: number): Node | undefined {
  const [x] = packed.inputs;
  if (x === undefined) return undefined;
  const offset = packed.shape.length - x.shape.length;
  return [axis, axis + 1, axis + 2].every((at) => at < offset || x.shape[at - offset] === 1) ? x : undefined;
}

function agreeing(data: Packed, guide: Packed, back: number): Node {
  const [own, wanted] = [factorsOf(data), factorsOf(guide)];
  const { packed, axis } = data;
  const atSamePlace = rankOf(data) - axis === back;
  if (atSamePlace && own.outer === wanted.outer && own.inner === wanted.inner) return packed;
  const x = isOp(packed, "expand") ? repeatedFrom(packed, axis) : undefined;
  if (atSamePlace && x !== undefined && own.outer * own.inner === wanted.outer * wanted.inner) {
    const shape = [...packed.shape];
    shape.splice(axis, 3, wanted.outer, "batch", wanted.inner);
    return build.expand(x, shape, guide.packed);
  }
  throw unequal(`${formatRows(data)} in another order`, guide);
}

const formatRows = (data: Packed): string => formatCount(countsOf(data)[data.axis] ?? 1);

function unequal(received: string, guide: Packed): Error {
  return fail("UNSUPPORTED_FIELD", {
    what: "axes that meet",
    expected: `${formatRows(guide)} rows, in the same order of samples`,
    received,
    help: "rows of different samples must not mix",
  });
}
