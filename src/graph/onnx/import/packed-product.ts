import * as build from "../../build.js";
import type { Node } from "../../node.js";
import { align, type Data, isPacked, nodeAxis, type Packed, pack, rankOf } from "./packed.js";
import { mixing } from "./packed-context.js";

/** Axes in another order; three of the node go with the packed one. */
export function transposePacked(data: Packed, permutation: readonly number[]): Data {
  const order = permutation.flatMap((axis) =>
    axis === data.axis ? [axis, axis + 1, axis + 2] : [nodeAxis(data, axis)],
  );
  return pack(build.transpose(data.packed, order), permutation.indexOf(data.axis));
}

/** A·B where the axes of one of them, or of both alike, hold several rows a sample. */
export function multiplyPacked(a: Node | Packed, b: Node | Packed): Data {
  if (isPacked(a) && a.axis === rankOf(a) - 1) throw mixing(a);
  if (isPacked(b) && rankOf(b) > 1 && b.axis === rankOf(b) - 2) throw mixing(b);
  if (isPacked(b) && b.axis === rankOf(b) - 1) return columns(a, b);
  if (isPacked(a) && a.axis === rankOf(a) - 2) return rows(a, b);
  const [left, right] = align([a, b]).map((value) => value as Node);
  const product = build.matmul(left as Node, right as Node);
  return pack(product, product.shape.indexOf("batch") - 1);
}

/** [outer, batch, inner, k]·[k, n], with all rows of a sample in one matrix: its products and their sums are large. */
function rows(a: Packed, b: Node | Packed): Data {
  if (isPacked(b)) throw mixing(b);
  const { packed, axis } = a;
  const [width] = packed.shape.slice(-1);
  if (b.shape.length === 1) {
    const product = build.matmul(packed, build.reshape(b, [...b.shape, 1]));
    return pack(build.reshape(product, product.shape.slice(0, -1)), axis);
  }
  if (b.shape.length > 2) {
    const opened = build.reshape(b, [...b.shape.slice(0, -2), 1, 1, ...b.shape.slice(-2)]);
    const product = build.matmul(packed, opened);
    return pack(product, product.shape.indexOf("batch") - 1);
  }
  const before = packed.shape.slice(0, axis);
  const [outer = 1, , inner = 1] = packed.shape.slice(axis);
  const swap = [...before.keys(), axis + 1, axis, axis + 2, axis + 3];
  const own = build.transpose(packed, swap);
  const matrix = build.reshape(own, [...before, "batch", Number(outer) * Number(inner), width ?? 1]);
  const product = build.matmul(matrix, b);
  const split = build.reshape(product, [...before, "batch", outer, inner, ...product.shape.slice(-1)]);
  return pack(build.transpose(split, swap), axis);
}

/** [m, k]·[k, outer, batch, inner]: the factors beside the batch step aside as leading axes. */
function columns(a: Node | Packed, b: Packed): Data {
  if (isPacked(a)) throw mixing(b);
  const rank = rankOf(b);
  const isVector = rank === 1;
  if (isVector) throw mixing(b);
  const { packed } = b;
  const lead = rank - 2;
  const left = [...Array(lead).keys()];
  const aside = [...left, lead + 1, lead + 3, lead, lead + 2];
  const back = [...left, lead + 2, lead, lead + 3, lead + 1];
  const matrix = a.shape.length === 1 ? build.reshape(a, [1, ...a.shape]) : a;
  const opened =
    matrix.shape.length === 2
      ? matrix
      : build.reshape(matrix, [...matrix.shape.slice(0, -2), 1, 1, ...matrix.shape.slice(-2)]);
  const product = build.matmul(opened, build.transpose(packed, aside));
  const extra = product.shape.length - (rank + 2);
  const order = [...Array(extra).keys(), ...back.map((axis) => axis + extra)];
  const whole = build.transpose(product, order);
  const axis = whole.shape.indexOf("batch") - 1;
  if (a.shape.length > 1) return pack(whole, axis);
  return pack(
    build.reshape(whole, [...whole.shape.slice(0, axis - 1), ...whole.shape.slice(axis)]),
    axis - 1,
  );
}
