import * as build from "../../build.js";
import type { Node } from "../../node.js";
import type { DecodeContext } from "./context.js";
import { moduloCounts } from "./count.js";
import type { DecoderTable } from "./decoder.js";
import { unary } from "./elementwise.js";
import type { Data } from "./packed.js";

/** From here on, floats are integers in every type. */
const integersFrom = 2 ** 53;

/** x without its fraction, by way of integers; NaN, infinities and numbers too large for a fraction stay. */
function truncated(x: Node): Node {
  if (x.dtype === "int64") return x;
  const fixed = build.stopGradient(x);
  const whole = build.cast(build.cast(fixed, "int64"), x.dtype);
  return build.where(build.less(build.abs(fixed), integersFrom), whole, fixed);
}

const asNumber = (condition: Node, like: Node): Node => build.cast(condition, like.dtype);

export function floor(x: Node): Node {
  const whole = truncated(x);
  return x.dtype === "int64" ? x : build.sub(whole, asNumber(build.less(x, whole), x));
}

const ceil = (x: Node): Node => (x.dtype === "int64" ? x : build.neg(floor(build.neg(x))));

/** The nearest integer, of two the even one. */
export function round(x: Node): Node {
  if (x.dtype === "int64") return x;
  const whole = truncated(x);
  const rest = build.abs(build.sub(build.stopGradient(x), whole));
  const half = build.mul(whole, 0.5);
  const isOdd = asNumber(build.less(0, build.abs(build.sub(half, truncated(half)))), x);
  const above = asNumber(build.less(0.5, rest), x);
  const tie = build.mul(asNumber(build.equal(rest, 0.5), x), isOdd);
  return build.add(whole, build.mul(build.sign(build.stopGradient(x)), build.add(above, tie)));
}

/** Halves to even, as `round`. */
function roundNumber(x: number): number {
  const nearest = Math.round(x);
  return nearest - x === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** x − y·⌊x/y⌋, or with `fmod` the fraction toward zero. */
function modulo(context: DecodeContext): Data {
  const towardZero = context.integer("fmod", 0) !== 0;
  const folded = context.fold(([x = 0, y = 1]) => moduloCounts(x, y, towardZero));
  if (folded !== undefined) return folded;
  const [x, y] = [context.node(0), context.node(1)];
  if (x.dtype === "int64") throw context.unsupported("integers that depend on data", "floats");
  const ratio = build.div(x, y);
  return build.sub(x, build.mul(y, towardZero ? truncated(ratio) : floor(ratio)));
}

/** Steps of the real line. Their derivative is zero. */
export const roundingDecoders: DecoderTable = {
  Floor: unary(floor, ([x = 0]) => (typeof x === "number" ? Math.floor(x) : undefined)),
  Ceil: unary(ceil, ([x = 0]) => (typeof x === "number" ? Math.ceil(x) : undefined)),
  Round: unary(round, ([x = 0]) => (typeof x === "number" ? roundNumber(x) : undefined)),
  Mod: { inputs: [2, 2], rows: "pointwise", decode: modulo },
};
