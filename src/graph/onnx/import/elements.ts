import { normalizeAxis } from "../../../tensor/internal.js";
import * as build from "../../build.js";
import type { Node } from "../../node.js";
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
  if (reduction !== "add" && reduction !== "none")
    throw context.unsupported(`reduction ${reduction}`, "none or add");
  const order = toLast(x, axis);
  const [old, given, positions] = [x, updates, indices].map((node) => build.transpose(node, order)) as [
    Node,
    Node,
    Node,
  ];
  const size = Number(old.shape.at(-1));
  const fixed = commonPositions(positions, size);
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
