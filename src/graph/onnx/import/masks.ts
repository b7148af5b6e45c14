import { formatShape, fromNumbers } from "../../../tensor/index.js";
import * as build from "../../build.js";
import type { Node } from "../../node.js";
import { alongAxis, fixedSize } from "./along-axis.js";
import { requireListable } from "./budget.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";
import { storedDType } from "./stored-tensor.js";
import { type Value, valueOfTensor } from "./value.js";

/** Ones where column − row suits, else zeros. */
function band(rows: number, columns: number, suits: (offset: number) => boolean): number[] {
  requireListable(rows * columns, "a triangle");
  return Array.from({ length: rows * columns }, (_, i) =>
    Number(suits((i % columns) - Math.floor(i / columns))),
  );
}

function sidesOf(context: DecodeContext, shape: readonly unknown[]): readonly [number, number] {
  const [rows, columns] = shape.slice(-2);
  if (typeof rows === "number" && typeof columns === "number") return [rows, columns];
  throw context.unsupported(formatShape(shape as (number | string)[]), "two last axes of fixed size");
}

function eyeLike(context: DecodeContext): Value {
  const value = context.value(0);
  const [rows, columns] = sidesOf(context, value.shape);
  const dtype = context.has("dtype") ? storedDType(context.integer("dtype", 0)) : value.dtype;
  if (dtype === undefined)
    throw context.unsupported("its element type", "float32, float64, integers or bool");
  const k = context.integer("k", 0);
  return valueOfTensor(
    fromNumbers(
      band(rows, columns, (offset) => offset === k),
      [rows, columns],
      dtype,
    ),
  );
}

/** Keeps one triangle of the last two axes. */
function triangle(context: DecodeContext): Value {
  const value = context.value(0);
  const [rows, columns] = sidesOf(context, value.shape);
  const [k = 0] = context.optional(1) === undefined ? [] : context.integers(1, "k");
  const upper = context.integer("upper", 1) !== 0;
  const mask = band(rows, columns, (offset) => (upper ? offset >= k : offset <= k));
  const folded = context.foldFirst((entries) => entries[0], value.dtype);
  if (folded !== undefined) {
    const entries = folded.entries.map((entry, i) => (mask[i % mask.length] === 1 ? entry : 0));
    return { ...folded, entries };
  }
  const x = context.node(0);
  return build.where(build.constant(fromNumbers(mask, [rows, columns], "bool")), x, 0);
}

function cumulativeSum(context: DecodeContext): Node {
  const x = context.node(0);
  const [given = 0] = context.integers(1, "axis");
  const axis = given < 0 ? given + x.shape.length : given;
  const size = fixedSize(context, x, axis);
  const [exclusive, reverse] = [context.integer("exclusive", 0) !== 0, context.integer("reverse", 0) !== 0];
  const entry = (input: number, output: number): number => {
    const ahead = reverse ? input - output : output - input;
    return Number(exclusive ? ahead > 0 : ahead >= 0);
  };
  return alongAxis(x, axis, { inputs: size, outputs: size, entry });
}

/** Triangles, diagonals, and sums up to a place. */
export const maskDecoders: DecoderTable = {
  EyeLike: { inputs: [1, 1], decode: eyeLike },
  Trilu: { inputs: [1, 2], rows: "images", decode: triangle },
  CumSum: { inputs: [2, 2], rows: "images", decode: cumulativeSum },
};
