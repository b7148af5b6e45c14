import type { NoAttributes } from "../attributes.js";
import type { Node } from "../node.js";
import type { Emitter, Operator } from "../operator.js";
import { type Elementwise, elementwise, type Partial } from "./elementwise.js";
import { encodeErf, erf } from "./erf.js";

type Unary = Omit<Elementwise<NoAttributes>, "arity" | "partials" | "scalar"> & {
  readonly scalar: (x: number) => number;
  readonly partial: Partial<NoAttributes>;
  readonly domain?: readonly [number, number];
};

function unary({ partial, scalar, domain, ...rest }: Unary): Operator<NoAttributes> {
  return elementwise({
    ...rest,
    arity: 1,
    scalar: ([x = Number.NaN]) => scalar(x),
    partials: [partial],
    domains: domain && [domain],
  });
}

const first = <T>(inputs: readonly T[]): T => inputs[0] as T;

/** (−x)′ = −1 */
export const neg: Operator<NoAttributes> = unary({
  name: "neg",
  onnx: "Neg",
  scalar: (x) => -x,
  partial: (t, { build }) => build.neg(t),
  simplify: ({ inputs: [x] }) => (x?.op === "neg" ? x.inputs[0] : undefined),
});

/** |x|′ = sign x */
export const abs: Operator<NoAttributes> = unary({
  name: "abs",
  onnx: "Abs",
  scalar: Math.abs,
  domain: [0.1, 2],
  partial: (t, { build, inputs }) => build.mul(t, build.sign(first(inputs))),
});

/** Piecewise constant: its derivative is zero wherever it exists. */
export const sign: Operator<NoAttributes> = unary({
  name: "sign",
  onnx: "Sign",
  scalar: Math.sign,
  domain: [0.1, 2],
  partial: (t, { build }) => build.mul(t, 0),
});

/** (1/x)′ = −y² */
export const reciprocal: Operator<NoAttributes> = unary({
  name: "reciprocal",
  onnx: "Reciprocal",
  scalar: (x) => 1 / x,
  domain: [0.3, 2],
  partial: (t, { build, output }) => build.neg(build.mul(t, build.mul(output, output))),
});

/** (eˣ)′ = y */
export const exp: Operator<NoAttributes> = unary({
  name: "exp",
  onnx: "Exp",
  scalar: Math.exp,
  partial: (t, { build, output }) => build.mul(t, output),
});

/** (ln x)′ = 1/x */
export const log: Operator<NoAttributes> = unary({
  name: "log",
  onnx: "Log",
  scalar: Math.log,
  domain: [0.2, 3],
  partial: (t, { build, inputs }) => build.div(t, first(inputs)),
});

/** Below the root of the smallest normal float32. */
const SMALLEST_ROOT = 1e-19;

/** (√x)′ = 1/(2y); at 0 finite, so that the derivative of a distance between equal points is 0 and not NaN. */
export const sqrt: Operator<NoAttributes> = unary({
  name: "sqrt",
  onnx: "Sqrt",
  scalar: Math.sqrt,
  domain: [0.2, 3],
  partial: (t, { build, output }) => build.div(build.mul(t, 0.5), build.maximum(output, SMALLEST_ROOT)),
});

/** sin′ = cos */
export const sin: Operator<NoAttributes> = unary({
  name: "sin",
  onnx: "Sin",
  scalar: Math.sin,
  partial: (t, { build, inputs }) => build.mul(t, build.cos(first(inputs))),
});

/** cos′ = −sin */
export const cos: Operator<NoAttributes> = unary({
  name: "cos",
  onnx: "Cos",
  scalar: Math.cos,
  partial: (t, { build, inputs }) => build.neg(build.mul(t, build.sin(first(inputs)))),
});

/** erf′(x) = 2/√π · e^(−x²) */
export const erfOperator: Operator<NoAttributes> = unary({
  name: "erf",
  onnx: encodeErf,
  scalar: erf,
  partial: (t, { build, inputs: [x] }) =>
    x === undefined
      ? t
      : build.mul(t, build.mul(build.exp(build.neg(build.mul(x, x))), 2 / Math.sqrt(Math.PI))),
});

/** tanh′ = 1 − y² */
export const tanh: Operator<NoAttributes> = unary({
  name: "tanh",
  onnx: "Tanh",
  scalar: Math.tanh,
  partial: (t, { build, output }) => build.mul(t, build.oneMinusSquare(output)),
});

/** 1 − x², a primitive because tanh's derivatives share it; (1 − x²)′ = −2x */
export const oneMinusSquare: Operator<NoAttributes> = unary({
  name: "oneMinusSquare",
  onnx: (emitter, [x = ""], { dtype }) =>
    emitter.node("Sub", [emitter.scalar(1, dtype), emitter.node("Mul", [x, x])]),
  scalar: (x) => 1 - x * x,
  partial: (t, { build, inputs }) => build.mul(t, build.mul(first(inputs), -2)),
});

/** σ′ = y (1 − y) */
export const sigmoid: Operator<NoAttributes> = unary({
  name: "sigmoid",
  onnx: encodeSigmoid,
  scalar: (x) => 1 / (1 + Math.exp(-x)),
  partial: (t, { build, output }) => build.mul(t, build.mul(output, build.sub(1, output))),
});

/**
 * Readers of files fuse x·σ(x) into QuickGelu (ONNX Runtime by default), which has no float64 kernel: the model would not
 * load. Two signs keep them apart, and importing takes them away.
 */
function encodeSigmoid(emitter: Emitter, [x = ""]: readonly string[], { dtype }: Node): string {
  const fuses = dtype === "float64" && emitter.target === "standard" && emitter.hints;
  return emitter.node("Sigmoid", [fuses ? emitter.node("Neg", [emitter.node("Neg", [x])]) : x]);
}

/** ln(1 + eˣ)′ = σ(x) */
export const softplus: Operator<NoAttributes> = unary({
  name: "softplus",
  onnx: encodeSoftplus,
  scalar: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  partial: (t, { build, inputs }) => build.mul(t, build.sigmoid(first(inputs))),
});

/**
 * max(x, 0) + ln(1 + e^(−|x|)). ONNX Runtime's CPU kernel of Softplus takes several times as long as these nodes, and none
 * exists for float64.
 */
function encodeSoftplus(emitter: Emitter, inputs: readonly string[], { dtype }: Node): string {
  const [x = ""] = inputs;
  if (dtype !== "float64" && emitter.target === "standard") return emitter.node("Softplus", [x]);
  const size = emitter.node("Abs", [x]);
  const log = dtype === "float64" ? exactLog(emitter, size) : quickLog(emitter, size);
  return emitter.node("Add", [emitter.node("Relu", [x]), log]);
}

/** ln(1 + t) = ln u + (t − (u − 1)) with t = e^(−a) and u = 1 + t rounded: to the last digits. */
function exactLog(emitter: Emitter, a: string): string {
  const one = emitter.scalar(1, "float64");
  const t = emitter.node("Exp", [emitter.node("Neg", [a])]);
  const u = emitter.node("Add", [t, one]);
  const lost = emitter.node("Sub", [t, emitter.node("Sub", [u, one])]);
  return emitter.node("Add", [emitter.node("Log", [u]), lost]);
}

/**
 * 2 atanh(u)/u as a polynomial in u² ≤ 1/9, the lowest power first. Largest relative error 4e-9: below the rounding of
 * float32. Fitted by weighted least squares whose weights follow the error.
 */
const twoAtanh = [
  2.0000000079210443, 0.6666631468199781, 0.4002491028138227, 0.2796060276500356, 0.2817833485785934,
] as const;

/** Of y = scale · u, 2 atanh(u)/y is a polynomial in y² whose highest coefficient is 1: a product less. */
const scale = twoAtanh[4] ** (1 / 9);
const monic = twoAtanh.map((coefficient, power) => coefficient / scale ** (2 * power + 1));

/**
 * ln(1 + e^(−a)) = 2 atanh(u), u = 1/(1 + 2e^a), for a ≥ 0 in float32: products and sums take half the time of a
 * logarithm. Where e^a overflows u is 0, as it should be.
 */
function quickLog(emitter: Emitter, a: string): string {
  const scalar = (value: number): string => emitter.scalar(value, "float32");
  const beyond = emitter.node("Add", [emitter.node("Exp", [a]), scalar(1 / 2)]);
  const y = emitter.node("Div", [scalar(scale / 2), beyond]);
  const square = emitter.node("Mul", [y, y]);
  const [, next = 0, ...others] = [...monic].reverse();
  const polynomial = others.reduce(
    (value, coefficient) => emitter.node("Add", [emitter.node("Mul", [value, square]), scalar(coefficient)]),
    emitter.node("Add", [square, scalar(next)]),
  );
  return emitter.node("Mul", [y, polynomial]);
}

/** relu′ = 1 where x > 0, else 0 (0 at 0, as PyTorch) */
export const relu: Operator<NoAttributes> = unary({
  name: "relu",
  onnx: "Relu",
  scalar: (x) => Math.max(x, 0),
  partial: (t, { build, inputs }) => build.where(build.less(0, first(inputs)), t, 0),
});
