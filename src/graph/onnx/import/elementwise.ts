import * as build from "../../build.js";
import { isOp, type Node } from "../../node.js";
import type { DecodeContext } from "./context.js";
import { addCounts, type Count, divideCounts, equalCounts, lessCounts, multiplyCounts } from "./count.js";
import type { Decoder, DecoderTable } from "./decoder.js";
import type { Fold, Value } from "./value.js";

/** A function of one input. */
export const unary = (make: (x: Node) => Node, fold?: Fold): Decoder => ({
  inputs: [1, 1],
  rows: "pointwise",
  decode: (context) => context.fold(fold) ?? make(context.node(0)),
});

/** A function of one input with attributes. */
export const parametric = (make: (x: Node, context: DecodeContext) => Node): Decoder => ({
  inputs: [1, 1],
  rows: "pointwise",
  decode: (context) => make(context.node(0), context),
});

const binary = (make: (x: Node, y: Node) => Node, fold?: Fold): Decoder => ({
  inputs: [2, 2],
  rows: "pointwise",
  decode: (context) => context.fold(fold) ?? make(context.node(0), context.node(1)),
});

/** Any number of inputs, taken together two at a time. */
const variadic = (
  make: (x: Node, y: Node) => Node,
  fold?: (x: Count, y: Count) => Count | undefined,
): Decoder => ({
  inputs: [1, Number.POSITIVE_INFINITY],
  rows: "pointwise",
  decode: (context): Value => {
    const folded = context.fold(
      fold &&
        (([first = 0, ...rest]) =>
          rest.reduce<Count | undefined>((x, y) => (x === undefined ? x : fold(x, y)), first)),
    );
    return folded ?? context.nodes().reduce((x, y) => make(x, y));
  },
});

const lesser = (x: Count, y: Count): Count | undefined => chosen(lessCounts(y, x), y, x);
const greater = (x: Count, y: Count): Count | undefined => chosen(lessCounts(x, y), y, x);
const chosen = (condition: boolean | undefined, yes: Count, no: Count): Count | undefined => {
  if (condition === undefined) return undefined;
  return condition ? yes : no;
};

/** Integers divide toward zero: those that depend on data as float64, which holds them up to 2^53. */
function divide(context: DecodeContext): Value {
  const folded = context.fold(([x = 0, y = 1], dtype) => {
    if (dtype === "int64") return divideCounts(x, y);
    return typeof x === "number" && typeof y === "number" ? x / y : undefined;
  });
  if (folded !== undefined) return folded;
  const x = context.node(0);
  const y = context.node(1);
  if (x.dtype !== "int64") return build.div(x, y);
  return build.cast(build.div(build.cast(x, "float64"), build.cast(y, "float64")), "int64");
}

/** Terms that one call takes as arguments. */
const most = 1000;

/** Any number of terms, as sums of sums. */
function total(terms: readonly Node[]): Node {
  if (terms.length <= most) return build.sum(...terms);
  const parts = Array.from({ length: Math.ceil(terms.length / most) }, (_, i) =>
    build.sum(...terms.slice(i * most, (i + 1) * most)),
  );
  return total(parts);
}

/** Powers with a known small exponent need no Pow, whose derivative is costly and fails for negative bases. */
const powers: ReadonlyMap<number, (x: Node) => Node> = new Map<number, (x: Node) => Node>([
  [1, (x) => x],
  [2, (x) => build.mul(x, x)],
  [3, (x) => build.mul(build.mul(x, x), x)],
  [0.5, build.sqrt],
  [-0.5, (x) => build.reciprocal(build.sqrt(x))],
  [-1, build.reciprocal],
]);

/** The older exporter writes the root of `torch.cdist` as a power of 1/(2 + 1e-6). */
const nearRoot = (exponent: number): number => (Math.abs(exponent - 0.5) < 1e-6 ? 0.5 : exponent);

function raise(x: Node, exponent: Node): Node {
  const single = exponent.shape.length <= x.shape.length && exponent.shape.every((size) => size === 1);
  const value = single && isOp(exponent, "constant") ? exponent.attributes.value : undefined;
  const special = value && powers.get(nearRoot(Number(value.data[0])));
  return special === undefined ? build.pow(x, build.cast(exponent, x.dtype)) : special(x);
}

/** Bounds are inputs since opset 11, attributes before. */
function clip(context: DecodeContext): Value {
  const low = context.optionalNode(1) ?? (context.has("min") ? context.float("min", 0) : undefined);
  const high = context.optionalNode(2) ?? (context.has("max") ? context.float("max", 0) : undefined);
  const raised = low === undefined ? context.node(0) : build.maximum(context.node(0), low);
  return high === undefined ? raised : build.minimum(raised, high);
}

/** The size of a count of one sign, for every batch from 0. */
const absolute = (x: Count): Count | undefined => chosen(lessCounts(x, 0), multiplyCounts(x, -1) ?? 0, x);

const boolOf = (condition: boolean | undefined): number | undefined =>
  condition === undefined ? undefined : Number(condition);
const inverse = (condition: boolean | undefined): boolean | undefined =>
  condition === undefined ? undefined : !condition;

const comparison = (
  make: (x: Node, y: Node) => Node,
  decide: (x: Count, y: Count) => boolean | undefined,
): Decoder => ({
  inputs: [2, 2],
  rows: "pointwise",
  decode: (context) =>
    context.fold(([x = 0, y = 0]) => boolOf(decide(x, y)), "bool") ?? make(context.node(0), context.node(1)),
});

/** Conditions as 0 and 1, so that arithmetic can combine them. */
const numeric = (condition: Node): Node => build.cast(condition, "float32");

/** Arithmetic of two or more operands. */
export const arithmeticDecoders: DecoderTable = {
  Add: binary(build.add, ([x = 0, y = 0]) => addCounts(x, y)),
  Sub: binary(build.sub, ([x = 0, y = 0]) => addCounts(x, y, -1)),
  Mul: binary(build.mul, ([x = 0, y = 0]) => multiplyCounts(x, y)),
  Div: { inputs: [2, 2], rows: "pointwise", decode: divide },
  Pow: binary(raise),
  Min: variadic(build.minimum, lesser),
  Max: variadic(build.maximum, greater),
  Sum: {
    inputs: [1, Number.POSITIVE_INFINITY],
    rows: "pointwise",
    decode: (context) => total(context.nodes()),
  },
  Mean: {
    inputs: [1, Number.POSITIVE_INFINITY],
    rows: "pointwise",
    decode: (context) => build.mul(total(context.nodes()), 1 / context.nodes().length),
  },
  Clip: { inputs: [1, 3], rows: "pointwise", decode: clip },
};

/** Comparisons, logic and choice. A negated comparison is true of NaN, other than in ONNX. */
export const conditionalDecoders: DecoderTable = {
  Equal: comparison(build.equal, equalCounts),
  Less: comparison(build.less, lessCounts),
  Greater: comparison(
    (x, y) => build.less(y, x),
    (x, y) => lessCounts(y, x),
  ),
  LessOrEqual: comparison(
    (x, y) => build.not(build.less(y, x)),
    (x, y) => inverse(lessCounts(y, x)),
  ),
  GreaterOrEqual: comparison(
    (x, y) => build.not(build.less(x, y)),
    (x, y) => inverse(lessCounts(x, y)),
  ),
  IsNaN: unary(
    (x) => build.not(build.equal(x, x)),
    () => 0,
  ),
  Not: unary(build.not, ([x]) => Number(x === 0)),
  And: binary(
    (x, y) => build.less(0, build.mul(numeric(x), numeric(y))),
    ([x, y]) => Number(x !== 0 && y !== 0),
  ),
  Or: binary(
    (x, y) => build.less(0, build.add(numeric(x), numeric(y))),
    ([x, y]) => Number(x !== 0 || y !== 0),
  ),
  Where: {
    inputs: [3, 3],
    rows: "pointwise",
    decode: (context) =>
      context.fold(([condition, x, y]) => (condition === 0 ? y : x)) ??
      build.where(context.node(0), context.node(1), context.node(2)),
  },
};

/** Functions of one element. */
export const unaryDecoders: DecoderTable = {
  Neg: unary(build.neg, ([x = 0]) => multiplyCounts(x, -1)),
  Abs: unary(build.abs, ([x = 0]) => (typeof x === "number" ? Math.abs(x) : absolute(x))),
  Sign: unary(build.sign),
  Sqrt: unary(build.sqrt),
  Reciprocal: unary(build.reciprocal),
  Exp: unary(build.exp),
  Log: unary(build.log),
  Sin: unary(build.sin),
  Cos: unary(build.cos),
  Erf: unary(build.erf),
};
