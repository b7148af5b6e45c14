import type { DType } from "../tensor/index.js";
import {
  add,
  cast,
  concat,
  constant,
  div,
  equal,
  erf,
  exp,
  extent,
  log,
  mul,
  neg,
  type Operand,
  reduceMax,
  reduceSum,
  reshape,
  sigmoid,
  sqrt,
  stopGradient,
  sub,
  sum,
  tanh,
} from "./build.js";
import type { Axes } from "./builder.js";
import type { Node } from "./node.js";

/** x² */
export const square = (x: Node): Node => mul(x, x);

/** Mean over axes (default: all). The batch counts with the size it has at run time. */
export function mean(x: Node, axes?: Axes, keepDims = false): Node {
  const list = axes === undefined ? [...x.shape.keys()] : [axes].flat();
  const count = list.reduce<Operand>((product, axis) => {
    const size = x.shape.at(axis);
    if (typeof size === "number" && typeof product === "number") return product * size;
    return mul(product, extent(x, axis));
  }, 1);
  const total = reduceSum(x, axes, keepDims);
  return typeof count === "number" ? mul(total, 1 / count) : div(total, count);
}

/** Keeps the derivative of a norm finite (zero) at the origin; invisible in float32 above 1e-15. */
const tiny = 1e-30;

/** Euclidean norm over axes (default: the last). Its derivative at the origin is 0, as in PyTorch. */
export function norm(x: Node, axes: Axes = -1, keepDims = false): Node {
  return sqrt(add(reduceSum(square(x), axes, keepDims), tiny));
}

/** SiLU or swish: x·σ(x) (Elfwing et al., 2018). */
export const silu = (x: Node): Node => mul(x, sigmoid(x));

/** GELU: x·Φ(x), exact by the error function (Hendrycks and Gimpel, 2016). */
export const gelu = (x: Node): Node => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));

/** GELU by its tanh approximation. */
export function geluTanh(x: Node): Node {
  const inner = mul(add(x, mul(mul(x, square(x)), 0.044715)), Math.sqrt(2 / Math.PI));
  return mul(mul(x, 0.5), add(tanh(inner), 1));
}

/** ln Σ eˣ over one axis, safe for large x. */
export function logSumExp(x: Node, axis = -1, keepDims = false): Node {
  const top = stopGradient(reduceMax(x, axis, true));
  const total = add(log(reduceSum(exp(sub(x, top)), axis, true)), top);
  return keepDims
    ? total
    : reshape(
        total,
        x.shape.filter((_, i) => i !== (axis < 0 ? axis + x.shape.length : axis)),
      );
}

/** ln softmax over one axis. */
export const logSoftmax = (x: Node, axis = -1): Node => sub(x, logSumExp(x, axis, true));

/** eˣ/Σ eˣ over one axis, safe for large x. */
export const softmax = (x: Node, axis = -1): Node => exp(logSoftmax(x, axis));

/** Rows of the identity: integer labels [n] -> [n, classes]. */
export function oneHot(labels: Node, classes: number, dtype: DType = "float32"): Node {
  const range = {
    dtype: "int64" as const,
    shape: [classes],
    data: BigInt64Array.from({ length: classes }, (_, i) => BigInt(i)),
  };
  return cast(equal(reshape(labels, [...labels.shape, 1]), constant(range)), dtype);
}

/**
 * Mean cross-entropy of labels under logits [n, classes].
 * @param labels int64 [n], or float probabilities (one-hot, or smoothed) [n, classes].
 */
export function crossEntropy(logits: Node, labels: Node): Node {
  const classes = Number(logits.shape.at(-1));
  const shares = labels.dtype === "int64" ? oneHot(labels, classes, logits.dtype) : labels;
  return neg(mean(reduceSum(mul(logSoftmax(logits), shares), -1)));
}

/** (x − mean)/√(variance + epsilon) over the last `axes`, scaled and shifted (Ba et al., 2016). */
export function layerNorm(
  x: Node,
  axes: readonly number[],
  scale?: Node,
  shift?: Node,
  epsilon = 1e-5,
): Node {
  const centered = sub(x, mean(x, axes, true));
  const deviation = sqrt(add(mean(square(centered), axes, true), epsilon));
  const normal = div(centered, deviation);
  const scaled = scale === undefined ? normal : mul(normal, scale);
  return shift === undefined ? scaled : add(scaled, shift);
}

/** Σ coefficientᵢ·xᵢ with zero terms left out; undefined when all are. */
export function linearCombination(coefficients: readonly number[], terms: readonly Node[]): Node | undefined {
  const products = terms.flatMap((term, i) => {
    const coefficient = coefficients[i] ?? 0;
    if (coefficient === 0) return [];
    return [coefficient === 1 ? term : mul(term, coefficient)];
  });
  return products.length === 0 ? undefined : sum(...products);
}

/** Joins along the last axis: columns side by side. Every part has the same batch. */
export const concatColumns = (parts: readonly Node[]): Node => concat(parts, -1);
