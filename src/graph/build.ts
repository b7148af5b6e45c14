import { type DType, fail, formatShape, scalar, type Tensor } from "../tensor/index.js";
import { normalizeAxis } from "../tensor/internal.js";
import { applyOperator } from "./apply.js";
import type { OperatorAttributes, OpName, ProductAttributes } from "./attributes.js";
import { repeatedAxes } from "./broadcast.js";
import type { Axes, Binary, Operand, Unary } from "./builder.js";
import { constantNode, inputNode, type Node } from "./node.js";
import type { Extent, SymbolicShape } from "./tensor-type.js";

export { applyOperator } from "./apply.js";
export type { Operand } from "./builder.js";
export { conv, convTranspose, convWeight, maxPool } from "./windows.js";

/** Turns numbers among the operands into constants of the element type of the first node. */
function lift(operands: readonly Operand[]): Node[] {
  const partner = operands.find(
    (operand): operand is Node => typeof operand !== "number" && operand.dtype !== "bool",
  );
  return operands.map((operand) =>
    typeof operand === "number" ? constantNode(scalar(operand, partner?.dtype ?? "float32")) : operand,
  );
}

const elementwise =
  <Op extends OpName>(op: Op) =>
  (...operands: readonly Operand[]): Node =>
    applyOperator(op, lift(operands), {} as OperatorAttributes[Op]);

/** A leaf that is given a value at every run. */
export const input = (name: string, shape: SymbolicShape, dtype: DType = "float32"): Node =>
  inputNode(name, { dtype, shape });
/** A leaf with a fixed value; a number becomes a scalar. */
export const constant = (value: Tensor | number, dtype: DType = "float32"): Node =>
  constantNode(typeof value === "number" ? scalar(value, dtype) : value);

/** −x. */
export const neg: Unary = elementwise("neg");
/** |x|; its derivative at 0 is 0. */
export const abs: Unary = elementwise("abs");
/** −1, 0 or 1; its derivative is 0. */
export const sign: Unary = elementwise("sign");
/** 1/x. */
export const reciprocal: Unary = elementwise("reciprocal");
/** eˣ. */
export const exp: Unary = elementwise("exp");
/** Natural logarithm. */
export const log: Unary = elementwise("log");
/** √x. */
export const sqrt: Unary = elementwise("sqrt");
/** Sine, of radians. */
export const sin: Unary = elementwise("sin");
/** Cosine, of radians. */
export const cos: Unary = elementwise("cos");
/** The error function. */
export const erf: Unary = elementwise("erf");
/** Hyperbolic tangent. */
export const tanh: Unary = elementwise("tanh");
/** 1 − x². */
export const oneMinusSquare: Unary = elementwise("oneMinusSquare");
/** 1/(1 + e^(−x)). */
export const sigmoid: Unary = elementwise("sigmoid");
/** ln(1 + eˣ). */
export const softplus: Unary = elementwise("softplus");
/** max(x, 0); its derivative at 0 is 0, as in PyTorch. */
export const relu: Unary = elementwise("relu");
/** Logical negation. */
export const not: Unary = elementwise("not");
/** The same value; no derivative flows through. */
export const stopGradient: Unary = elementwise("stopGradient");
/** x where x > 0, else alpha (eˣ − 1). */
export const elu = (x: Node, alpha = 1): Node => applyOperator("elu", [x], { alpha });
/** Conversion of element type. */
export const cast = (x: Node, dtype: DType): Node =>
  x.dtype === dtype ? x : applyOperator("cast", [x], { dtype });

/** x + y; operands broadcast, as in NumPy. */
export const add: Binary = elementwise("add");
/** x − y. */
export const sub: Binary = elementwise("sub");
/** x·y, element by element. */
export const mul: Binary = elementwise("mul");
/** x/y. */
export const div: Binary = elementwise("div");
/** xʸ; the derivative with respect to y needs x > 0. */
export const pow: Binary = elementwise("pow");
/** The smaller of x and y, element by element. */
export const minimum: Binary = elementwise("minimum");
/** The larger of x and y, element by element. */
export const maximum: Binary = elementwise("maximum");
/** Condition x < y. */
export const less: Binary = elementwise("less");
/** Condition x = y. */
export const equal: Binary = elementwise("equal");
/** x where x ≥ 0, else slope·x; the slope broadcasts. */
export const prelu = (x: Node, slope: Node): Node => applyOperator("prelu", [x, slope], {});
/** condition ? x : y. */
export const where = (condition: Node, x: Operand, y: Operand): Node =>
  applyOperator("where", lift([condition, x, y]), {});
/** x₁ + … + xₙ in one node. */
export const sum = (...terms: readonly Node[]): Node => {
  const [first, second] = terms;
  if (first === undefined)
    throw fail("INVALID_ARGUMENT", { what: "sum", expected: "at least one term", received: "none" });
  if (second === undefined) return first;
  return terms.length === 2 ? add(first, second) : applyOperator("sum", terms, {});
};

const asIs: ProductAttributes = { transposeA: false, transposeB: false };

/** op(A)·op(B) + C for matrices. */
export const gemm = (a: Node, b: Node, c?: Node, flags: Partial<ProductAttributes> = {}): Node =>
  applyOperator("gemm", c === undefined ? [a, b] : [a, b, c], { ...asIs, ...flags });

/** Matrix product over the last two axes; leading axes broadcast. Both operands need two axes or more. */
export const matmul = (a: Node, b: Node, flags: Partial<ProductAttributes> = {}): Node => {
  if (a.shape.length === 2 && b.shape.length === 2) return gemm(a, b, undefined, flags);
  if (a.shape.length >= 2 && b.shape.length >= 2)
    return applyOperator("matmul", [a, b], { ...asIs, ...flags });
  throw fail("SHAPE_MISMATCH", {
    what: "matmul",
    expected: "operands with at least two axes",
    received: `${formatShape(a.shape)} times ${formatShape(b.shape)}`,
  });
};

function resolveAxes(x: Node, axes: Axes | undefined, what: string): number[] {
  const list = axes === undefined ? [...x.shape.keys()] : [axes].flat();
  return [...new Set(list.map((axis) => normalizeAxis(axis, x.shape.length, what)))].sort((a, b) => a - b);
}

/** Σ over axes (default: all). */
export const reduceSum = (x: Node, axes?: Axes, keepDims = false): Node => {
  const resolved = resolveAxes(x, axes, "reduceSum");
  return resolved.length === 0 ? x : applyOperator("reduceSum", [x], { axes: resolved, keepDims });
};
/** Maximum over axes (default: all). */
export const reduceMax = (x: Node, axes?: Axes, keepDims = false): Node => {
  const resolved = resolveAxes(x, axes, "reduceMax");
  return resolved.length === 0 ? x : applyOperator("reduceMax", [x], { axes: resolved, keepDims });
};

/** Same elements, another shape. */
export const reshape = (x: Node, shape: SymbolicShape): Node =>
  formatShape(x.shape) === formatShape(shape) ? x : applyOperator("reshape", [x], { shape });
/** Reorders axes; by default swaps the last two. */
export const transpose = (x: Node, permutation?: readonly number[]): Node => {
  const rank = x.shape.length;
  return applyOperator("transpose", [x], {
    permutation: permutation ?? [...Array(rank - 2).keys(), rank - 1, rank - 2],
  });
};
/** Repeats one-sized or missing leading axes. `like` lends its batch extent when the shape gains one. */
export const expand = (x: Node, shape: SymbolicShape, like?: Node): Node => {
  const grown = repeatedAxes(x.shape, shape);
  if (grown.length === 0 && x.shape.length === shape.length) return x;
  const needsBatch = grown.some((axis) => shape[axis] === "batch");
  return applyOperator("expand", needsBatch && like ? [x, like] : [x], { shape });
};
/** Repeats x to the shape of another node. */
export const broadcastLike = (x: Node, like: Node): Node => expand(x, like.shape, like);
/** Sums over the axes along which x was repeated from `shape`: the transpose of broadcasting. */
export const unbroadcast = (x: Node, shape: SymbolicShape): Node => {
  const axes = repeatedAxes(shape, x.shape);
  return axes.length === 0 ? x : reshape(reduceSum(x, axes), shape);
};
/** Zeros in the type of x. */
export const zerosLike = (x: Node): Node => broadcastLike(constantNode(scalar(0, x.dtype)), x);

/** Joins nodes along one axis; their other axes agree. */
export const concat = (parts: readonly Node[], axis: number): Node => {
  const [first] = parts;
  if (first === undefined)
    throw fail("INVALID_ARGUMENT", { what: "concat", expected: "at least one part", received: "none" });
  return parts.length === 1
    ? first
    : applyOperator("concat", parts, { axis: normalizeAxis(axis, first.shape.length, "concat") });
};
/** Elements start to end (exclusive) of one axis; negative positions count from the end. */
export const slice = (x: Node, axis: number, start: number, end?: number): Node => {
  const resolved = normalizeAxis(axis, x.shape.length, "slice");
  const size: Extent = x.shape[resolved] ?? 1;
  const from = start < 0 ? start + Number(size) : start;
  const to = end === undefined ? Number(size) : end < 0 ? end + Number(size) : end;
  return from === 0 && to === size
    ? x
    : applyOperator("slice", [x], { axis: resolved, start: from, end: to });
};
/** Zeros before and after one axis. */
export const pad = (x: Node, axis: number, before: number, after: number): Node =>
  before === 0 && after === 0
    ? x
    : applyOperator("pad", [x], { axis: normalizeAxis(axis, x.shape.length, "pad"), before, after });
/** Picks positions of one axis, in any order. */
export const gather = (x: Node, axis: number, indices: readonly number[]): Node => {
  const resolved = normalizeAxis(axis, x.shape.length, "gather");
  const everything = indices.length === x.shape[resolved] && indices.every((index, i) => index === i);
  return everything ? x : applyOperator("gather", [x], { axis: resolved, indices });
};
/**
 * The transpose of gather: position i of the axis is added to position indices[i] of an axis of the given extent.
 * One gather for every time that the most frequent index occurs; targets without a source read a zero behind the end.
 */
export const scatterAdd = (x: Node, axis: number, indices: readonly number[], size: number): Node => {
  const rounds: number[][] = [];
  const met = new Array<number>(size).fill(0);
  for (const [position, target] of indices.entries()) {
    const round = met[target] ?? 0;
    met[target] = round + 1;
    rounds[round] ??= new Array<number>(size).fill(indices.length);
    (rounds[round] ?? [])[target] = position;
  }
  const padded = pad(x, axis, 0, 1);
  const terms = rounds.map((sources) => gather(sources.includes(indices.length) ? padded : x, axis, sources));
  return terms.length > 0 ? sum(...terms) : gather(padded, axis, new Array<number>(size).fill(0));
};
/** Elements of the last axis by int64 indices: x [..., m], indices [..., p] -> [..., p]. */
export const gatherElements = (x: Node, indices: Node): Node =>
  applyOperator("gatherElements", [x, indices], {});
/** The transpose of `gatherElements`: g [..., p] added up at indices [..., p] of a last axis of the given extent. */
export const scatterElements = (g: Node, indices: Node, size: number): Node =>
  applyOperator("scatterElements", [g, indices], { size });
/** Positions of the `count` largest (or smallest) elements of the last axis, in order, as int64. */
export const topPositions = (x: Node, count: number, largest = true): Node =>
  applyOperator("topPositions", [x], { count, largest });
/** The extent of one axis as a scalar; a constant where it is static. */
export const extent = (x: Node, axis: number, dtype: DType = x.dtype): Node => {
  const resolved = normalizeAxis(axis, x.shape.length, "extent");
  const size = x.shape[resolved];
  return typeof size === "number"
    ? constantNode(scalar(size, dtype))
    : applyOperator("extent", [x], { axis: resolved, dtype });
};
