import * as build from "../../build.js";
import { logSumExp, mean, norm, square } from "../../compose.js";
import type { Node } from "../../node.js";
import { fixedSize } from "./along-axis.js";
import type { DecodeContext } from "./context.js";
import { type Count, multiplyCounts } from "./count.js";
import type { Decoder, DecoderTable } from "./decoder.js";
import { isFolded, type Value } from "./value.js";

type Reduce = (x: Node, axes: readonly number[], keepDims: boolean) => Node;

/** Axes are an input or an attribute, by opset; none means all, unless the node says that it means none. */
const reduction = (reduce: Reduce): Decoder => ({
  inputs: [1, 2],
  rows: "axes",
  decode: (context) => {
    const x = context.node(0);
    const axes = context.axes(1, x.shape.length) ?? [];
    if (axes.length === 0 && context.integer("noop_with_empty_axes", 0) !== 0) return x;
    const list = axes.length === 0 ? context.allAxes(x.shape.length) : axes;
    return reduce(x, list, context.integer("keepdims", 1) !== 0);
  },
});

/** Shape computations ask how many elements there are; products of data are multiplied one by one. */
function product(context: DecodeContext): Value {
  const x = context.value(0);
  const axes = context.axes(1, x.shape.length);
  const whole = axes === undefined || axes.length === x.shape.length;
  if (isFolded(x) && whole) {
    const total = x.entries.reduce<Count | undefined>(
      (count, entry) => (count === undefined ? undefined : multiplyCounts(count, entry)),
      1,
    );
    const shape = context.integer("keepdims", 1) !== 0 ? x.shape.map(() => 1) : [];
    if (total !== undefined) return { dtype: x.dtype, shape, entries: [total] };
  }
  return reduction(multiplied(context)).decode(context) as Value;
}

const multiplied =
  (context: DecodeContext): Reduce =>
  (x, axes, keepDims) => {
    const result = axes.reduce((whole, axis) => {
      const size = fixedSize(context, whole, axis);
      const factors = Array.from({ length: size }, (_, i) => build.slice(whole, axis, i, i + 1));
      const ones = (): Node => build.expand(build.constant(1, x.dtype), whole.shape.with(axis, 1), whole);
      return factors.length === 0 ? ones() : factors.reduce((a, b) => build.mul(a, b));
    }, x);
    return keepDims
      ? result
      : build.reshape(
          result,
          result.shape.filter((_, axis) => !axes.includes(axis)),
        );
  };

function onlyAxis(context: DecodeContext, axes: readonly number[]): number {
  const [axis] = axes;
  if (axis !== undefined && axes.length === 1) return axis;
  throw context.unsupported(`${axes.length} axes`, "one axis");
}

/** Sums, means, extremes and norms over axes. */
export const reductionDecoders: DecoderTable = {
  ReduceSum: reduction(build.reduceSum),
  ReduceMean: reduction(mean),
  ReduceMax: reduction(build.reduceMax),
  ReduceMin: reduction((x, axes, keepDims) => build.neg(build.reduceMax(build.neg(x), axes, keepDims))),
  ReduceL1: reduction((x, axes, keepDims) => build.reduceSum(build.abs(x), axes, keepDims)),
  ReduceL2: reduction(norm),
  ReduceSumSquare: reduction((x, axes, keepDims) => build.reduceSum(square(x), axes, keepDims)),
  ReduceLogSum: reduction((x, axes, keepDims) => build.log(build.reduceSum(x, axes, keepDims))),
  ReduceLogSumExp: {
    inputs: [1, 2],
    rows: "axes",
    decode: (context) =>
      reduction((x, axes, keepDims) => logSumExp(x, onlyAxis(context, axes), keepDims)).decode(context),
  },
  ReduceProd: { inputs: [1, 2], rows: "axes", decode: product },
};
