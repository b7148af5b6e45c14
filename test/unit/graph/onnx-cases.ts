import type { TensorProto } from "onnx-buf";
import {
  draw,
  fromNumbers,
  Random,
  type Shape,
  scalar,
  sizeOf,
  type Tensor,
} from "../../../src/tensor/index.js";
import type { AttributeValue, NodeSpec } from "./onnx-model.js";

const random = new Random(23);
export const normal = (...shape: Shape): Tensor =>
  fromNumbers(
    draw(sizeOf(shape), () => random.normal()),
    shape,
  );
export const positive = (...shape: Shape): Tensor =>
  fromNumbers(
    draw(sizeOf(shape), () => 0.2 + 2 * random.uniform()),
    shape,
  );
export const integers = (...values: readonly number[]): Tensor =>
  fromNumbers(values, [values.length], "int64");
const bools = (...values: readonly number[]): Tensor => fromNumbers(values, [values.length], "bool");

/** One use of an ONNX operator that is compared with ONNX Runtime. */
export interface OnnxCase {
  readonly op: string;
  /** Data that the model is fed with, by name; the first axis of two or more is dynamic. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Stored values. */
  readonly stored?: Readonly<Record<string, Tensor>>;
  /** Stored values of types that are none of ours. */
  readonly raw?: readonly TensorProto[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly opset?: number;
  readonly domain?: string;
  readonly outputs?: number;
  /** Nodes before, for shape computations. */
  readonly before?: readonly NodeSpec[];
  /** Inputs of the node; default: all feeds, then all stored values. */
  readonly inputs?: readonly string[];
}

export const x: Tensor = normal(5, 3);
/** A use with one input. */
export const one = (
  op: string,
  attributes: OnnxCase["attributes"] = {},
  extra: Partial<OnnxCase> = {},
): OnnxCase => ({
  op,
  feeds: { x },
  attributes,
  ...extra,
});
const two = (op: string, extra: Partial<OnnxCase> = {}): OnnxCase => ({
  op,
  feeds: { x, y0: normal(5, 3) },
  ...extra,
});
const reductions = ["ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare"];

/** Arithmetic, activations, comparisons and conversions. */
export const elementwiseCases: readonly OnnxCase[] = [
  ...["Neg", "Abs", "Sign", "Exp", "Sin", "Cos", "Erf", "Tanh", "Sigmoid", "Softplus", "Relu"].map((op) =>
    one(op),
  ),
  ...["Sqrt", "Reciprocal", "Log"].map((op) => one(op, {}, { feeds: { x: positive(5, 3) } })),
  one("LeakyRelu"),
  one("LeakyRelu", { alpha: { float: 0.2 } }),
  one("Elu", { alpha: { float: 0.7 } }),
  one("Celu", { alpha: { float: 0.7 } }),
  one("Selu"),
  one("Gelu", {}, { opset: 20 }),
  one("Gelu", { approximate: "tanh" }, { opset: 20 }),
  one("Gelu", {}, { domain: "com.microsoft" }),
  one("QuickGelu", {}, { domain: "com.microsoft" }),
  one("HardSigmoid", { alpha: { float: 0.3 } }),
  one("HardSwish"),
  one("Mish", {}, { opset: 18 }),
  one("Softsign"),
  one("Softmax"),
  one("Softmax", { axis: 0 }),
  one("Softmax", {}, { opset: 11 }),
  one("LogSoftmax", { axis: 1 }),
  one("PRelu", {}, { stored: { slope: positive(3) } }),
  ...["Add", "Sub", "Mul", "Min", "Max", "Sum", "Mean"].map((op) => two(op)),
  one("Sum"),
  one("Max", {}, { feeds: { x, b: normal(5, 3), c: normal(5, 3) } }),
  one("Mean", {}, { feeds: { x, b: normal(3), c: normal(5, 3) } }),
  two("Div", { feeds: { x, d: positive(5, 3) } }),
  two("Pow", { feeds: { x: positive(5, 3), e: normal(5, 3) } }),
  ...[1, 2, 3, 0.5, -0.5, -1, 1.5].map((power) =>
    one("Pow", {}, { feeds: { x: positive(5, 3) }, stored: { power: scalar(power) } }),
  ),
  one("Pow", {}, { stored: { power: scalar(2, "int64") } }),
  one("Clip", {}, { stored: { low: scalar(-0.5), high: scalar(0.5) } }),
  one("Clip", {}, { stored: { high: scalar(0.5) }, inputs: ["x", "", "high"] }),
  one("Clip", { min: { float: -0.1 }, max: { float: 0.4 } }, { opset: 10 }),
  ...["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"].map((op) =>
    one(
      "Where",
      {},
      {
        feeds: { x: fromNumbers([1, 2, 3, 3], [4]), b: fromNumbers([3, 2, 1, 3], [4]) },
        before: [{ op, inputs: ["x", "b"], outputs: ["c"] }],
        inputs: ["c", "x", "b"],
      },
    ),
  ),
  ...["And", "Or"].map((op) =>
    one(
      "Where",
      {},
      {
        feeds: { p: bools(0, 0, 1, 1), q: bools(0, 1, 0, 1), a: normal(4), b: normal(4) },
        before: [
          { op, inputs: ["p", "q"], outputs: ["c"] },
          { op: "Not", inputs: ["c"], outputs: ["d"] },
        ],
        inputs: ["d", "a", "b"],
      },
    ),
  ),
  one("Cast", { to: 1 }),
  one("Cast", { to: 1 }, { feeds: { p: bools(0, 1, 1) } }),
  one("CastLike", {}, { feeds: { p: bools(0, 1, 1), like: normal(2) } }),
];

/** Products, reductions and normalizations. */
export const linearCases: readonly OnnxCase[] = [
  one("Gemm", {}, { stored: { w: normal(3, 4) } }),
  one(
    "Gemm",
    { alpha: { float: 0.5 }, beta: { float: 2 }, transB: 1 },
    { stored: { w: normal(4, 3), b: normal(4) } },
  ),
  one("Gemm", { beta: { float: 0 } }, { stored: { w: normal(3, 4), b: normal(4) } }),
  one("Gemm", { transA: 1 }, { feeds: { a: normal(3, 5) }, stored: { w: normal(3, 4), b: scalar(2) } }),
  one("MatMul", {}, { stored: { w: normal(3, 4) } }),
  one("MatMul", {}, { stored: { w: normal(3) } }),
  one("MatMul", {}, { feeds: { v: normal(3) }, stored: { w: normal(3, 4) } }),
  one("MatMul", {}, { feeds: { v: normal(3) }, stored: { w: normal(3) } }),
  one("MatMul", {}, { feeds: { x: normal(5, 2, 3) }, stored: { w: normal(3, 4) } }),
  one("MatMul", {}, { feeds: { x: normal(5, 2, 3) }, stored: { w: normal(3) } }),
  one("MatMul", {}, { feeds: { v: normal(3) }, stored: { w: normal(2, 3, 4) } }),
  one(
    "FusedMatMul",
    { transB: 1, alpha: { float: 0.3 } },
    { stored: { w: normal(4, 3) }, domain: "com.microsoft" },
  ),
  ...reductions.flatMap((op) => [
    one(op),
    one(op, { axes: [1], keepdims: 0 }),
    one(op, { keepdims: 0 }, { stored: { axes: integers(-1) }, opset: 18 }),
    one(op, { axes: [0], keepdims: 1 }),
  ]),
  one("ReduceSum", { keepdims: 0 }, { stored: { axes: integers(0) } }),
  one("ReduceSum", { axes: [0] }, { opset: 11 }),
  one("ReduceSum", { noop_with_empty_axes: 1 }),
  one("ReduceSum", { noop_with_empty_axes: 1 }, { stored: { axes: integers() } }),
  one("ReduceLogSumExp", { axes: [1] }),
  one("ReduceLogSum", { axes: [1] }, { feeds: { x: positive(5, 3) } }),
  one("LayerNormalization", {}, { stored: { w: normal(3), b: normal(3) } }),
  one(
    "LayerNormalization",
    { axis: 1, epsilon: { float: 0.1 } },
    { feeds: { x: normal(5, 2, 3) }, stored: { w: normal(2, 3) }, outputs: 3 },
  ),
  one("RMSNormalization", { axis: -1 }, { stored: { w: normal(3) }, opset: 23 }),
];
