import { normalizeAxis } from "../../../tensor/internal.js";
import * as build from "../../build.js";
import type { Node } from "../../node.js";
import { requireListable } from "./budget.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";
import { inFileOrder, samplesOf } from "./own-rows.js";
import { type Data, isPacked, rankOf } from "./packed.js";
import { fromStart } from "./places.js";
import { valuesForRows } from "./row-numbers.js";

/** Axes in the order in which `axis` is the last one, and back. */
function toLast(x: Node, axis: number): readonly number[] {
  return [...[...x.shape.keys()].filter((other) => other !== axis), axis];
}

const inverse = (order: readonly number[]): number[] => order.map((_, axis) => order.indexOf(axis));

/** Operands along the axis; those along all rows of a batch sample by sample. */
function operandsOf(context: DecodeContext): { nodes: Node[]; axis: number; isFlat: boolean } {
  const axis = normalizeAxis(context.integer("axis", 0), rankOf(context.any(0)), context.call.opType);
  const [first] = context.all();
  const samples =
    axis === 0 && first !== undefined && isPacked(first) ? samplesOf(context.all(), 1) : undefined;
  return samples === undefined
    ? { nodes: context.nodes(), axis, isFlat: false }
    : { nodes: samples, axis: 1, isFlat: true };
}

function gatherElements(context: DecodeContext): Data {
  const { nodes, axis, isFlat } = operandsOf(context);
  const [x, indices] = nodes as [Node, Node];
  const order = toLast(x, axis);
  const positions = build.transpose(indices, order);
  const values = cut(build.transpose(x, order), positions);
  const size = Number(values.shape.at(-1));
  const fixed = commonPositions(positions, size);
  const last = values.shape.length - 1;
  const picked = fixed
    ? build.gather(values, last, fixed)
    : build.gatherElements(values, fromStart(positions, size));
  return inFileOrder(build.transpose(picked, inverse(order)), isFlat);
}

/** The part of x that lies beside indices: they may cover less than all of the other axes. */
function cut(x: Node, indices: Node): Node {
  return indices.shape
    .slice(0, -1)
    .reduce<Node>(
      (part, size, axis) =>
        typeof size === "number" && size !== part.shape[axis] ? build.slice(part, axis, 0, size) : part,
      x,
    );
}

/** Positions that are the same along all other axes and for all data. */
function commonPositions(indices: Node, size: number): number[] | undefined {
  const count = Number(indices.shape.at(-1));
  const data = valuesForRows(indices, 3)?.data;
  if (data === undefined || data.some((entry, i) => entry !== data[i % count])) return undefined;
  return [...data.slice(0, count)].map((entry) => (entry < 0 ? entry + size : entry));
}

/** Updates are added to what is there, or replace it; with equal indices a replacement has no defined result. */
function scatterElements(context: DecodeContext): Data {
  const { nodes, axis, isFlat } = operandsOf(context);
  const [x, indices, updates] = nodes as [Node, Node, Node];
  const reduction = context.text("reduction", "none");
  if (!["none", "add", "max", "min"].includes(reduction))
    throw context.unsupported(`reduction ${reduction}`, "none, add, max or min");
  const order = toLast(x, axis);
  const [old, given, positions] = [x, updates, indices].map((node) => build.transpose(node, order)) as [
    Node,
    Node,
    Node,
  ];
  const size = Number(old.shape.at(-1));
  const fixed = commonPositions(positions, size);
  if (reduction === "max" || reduction === "min") {
    const result = extremes(context, { old, given, fixed, isLargest: reduction === "max" });
    return inFileOrder(build.transpose(result, inverse(order)), isFlat);
  }
  const spread = (values: Node): Node => {
    const wide = fixed
      ? build.scatterAdd(values, values.shape.length - 1, fixed, size)
      : build.scatterElements(values, fromStart(positions, size), size);
    return grown(wide, old);
  };
  const sum = spread(given);
  const hit = (): Node => build.less(0, spread(build.add(build.zerosLike(given), 1)));
  const result = reduction === "add" ? build.add(old, sum) : build.where(hit(), sum, old);
  return inFileOrder(build.transpose(result, inverse(order)), isFlat);
}

interface Candidates {
  readonly old: Node;
  readonly given: Node;
  /** Where each of the given elements goes along the last axis. */
  readonly fixed: readonly number[] | undefined;
  readonly isLargest: boolean;
}

/** The largest or smallest of an old element and those that go to its place: maxima over the neighbors in a graph. */
function extremes(context: DecodeContext, { old, given, fixed, isLargest }: Candidates): Node {
  const last = old.shape.length - 1;
  const others = old.shape.slice(0, last);
  if (fixed === undefined || others.some((extent, axis) => extent !== given.shape[axis]))
    throw context.unsupported("positions that depend on data", "positions that follow from shapes");
  const size = Number(old.shape[last]);
  const sources = Array.from({ length: size }, (_, place) => [place]);
  for (const [i, place] of fixed.entries()) {
    const own = sources[place];
    if (own === undefined) throw context.unsupported(`position ${place}`, `positions below ${size}`);
    own.push(size + i);
  }
  const most = Math.max(1, ...sources.map(({ length }) => length));
  requireListable(size * most, "positions");
  const filled = sources.flatMap((own) => Array.from({ length: most }, (_, i) => own[i] ?? own[0] ?? 0));
  const all = build.concat([old, given], last);
  const signed = isLargest ? all : build.neg(all);
  const table = build.reshape(build.gather(signed, last, filled), [...others, size, most]);
  const extreme = build.reduceMax(table, [last + 1]);
  return isLargest ? extreme : build.neg(extreme);
}

/** Zeros where indices do not reach. */
function grown(x: Node, like: Node): Node {
  return like.shape.reduce<Node>((wide, size, axis) => {
    const own = wide.shape[axis];
    return typeof size === "number" && typeof own === "number" && own < size
      ? build.pad(wide, axis, 0, size - own)
      : wide;
  }, x);
}

/** Elements at positions along one axis that data may decide. */
export const elementDecoders: DecoderTable = {
  GatherElements: { inputs: [2, 2], rows: "own", decode: gatherElements },
  ScatterElements: { inputs: [3, 3], rows: "own", decode: scatterElements },
};
