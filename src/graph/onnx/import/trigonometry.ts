import * as build from "../../build.js";
import type { Node } from "../../node.js";
import type { DecoderTable } from "./decoder.js";
import { unary } from "./elementwise.js";

/** Numerator and denominator of (atan x − x)/x³ in x² for |x| ≤ 0.66, from Moshier's Cephes library (1989). */
const numerator = [
  -8.750608600031904e-1, -1.615753718733365e1, -7.500855792314705e1, -1.228866684490136e2,
  -6.485021904942025e1,
];
const denominator = [
  1, 2.485846490142306e1, 1.650270098316988e2, 4.328810604912903e2, 4.853903996359137e2, 1.945506571482614e2,
];

const polynomial = (coefficients: readonly number[], x: Node): Node => {
  const [first = 0, ...rest] = coefficients;
  return rest.reduce<Node>(
    (sum, coefficient) => build.add(build.mul(sum, x), coefficient),
    build.constant(first, x.dtype),
  );
};

/**
 * Inverse tangent: beyond tan 3π/8 and from 0.66 on by the angles to π/2 and π/4, below by the formula alone, so that its
 * derivative at 0 is that of x. Its numbers have the precision of x as the file has it.
 */
function atan(x: Node): Node {
  const size = build.abs(x);
  const isLarge = build.less(Math.tan((3 * Math.PI) / 8), size);
  const isMiddle = build.less(0.66, size);
  const turned = build.neg(build.reciprocal(build.maximum(size, 1)));
  const halved = build.div(build.sub(size, 1), build.add(size, 1));
  const far = build.mul(build.sign(x), build.where(isLarge, turned, halved));
  const rest = build.where(isMiddle, far, x);
  const turn = build.add(
    build.where(isMiddle, Math.PI / 4, build.mul(size, 0)),
    build.where(isLarge, Math.PI / 4, build.mul(size, 0)),
  );
  const square = build.mul(rest, rest);
  const ratio = build.div(polynomial(numerator, square), polynomial(denominator, square));
  const small = build.add(rest, build.mul(build.mul(rest, square), ratio));
  return build.add(build.mul(build.sign(x), turn), small);
}

const halfSum =
  (sign: 1 | -1) =>
  (x: Node): Node =>
    build.mul(build.add(build.exp(x), build.mul(build.exp(build.neg(x)), sign)), 0.5);

/** √(1 − x²), without a loss of digits towards −1 and 1. */
const cathetus = (x: Node): Node => build.sqrt(build.mul(build.sub(1, x), build.add(1, x)));

/** The logarithm of |x| + √(x² + 1), with the sign of x; its derivative at 0 is that of x. */
function asinh(x: Node): Node {
  const isBelow = build.less(x, 0);
  const size = build.where(isBelow, build.neg(x), x);
  const logarithm = build.log(build.add(size, build.sqrt(build.add(build.mul(x, x), 1))));
  return build.where(isBelow, build.neg(logarithm), logarithm);
}

const acosh = (x: Node): Node =>
  build.log(build.add(x, build.sqrt(build.mul(build.sub(x, 1), build.add(x, 1)))));

const atanh = (x: Node): Node => build.mul(build.log(build.div(build.add(1, x), build.sub(1, x))), 0.5);

/** Angles and hyperbolic functions beside sine, cosine and tanh. */
export const trigonometryDecoders: DecoderTable = {
  Tan: unary((x) => build.div(build.sin(x), build.cos(x))),
  Atan: unary(atan),
  Asin: unary((x) => build.mul(atan(build.div(x, build.add(cathetus(x), 1))), 2)),
  Acos: unary((x) => build.mul(atan(build.sqrt(build.div(build.sub(1, x), build.add(1, x)))), 2)),
  Asinh: unary(asinh),
  Acosh: unary(acosh),
  Atanh: unary(atanh),
  Sinh: unary(halfSum(-1)),
  Cosh: unary(halfSum(1)),
};
