import { describe, expect, test } from "vitest";
import {
  applyOperator,
  bind,
  encodeOnnx,
  evaluateGraph,
  importableOperators,
  importOnnx,
  type OpName,
  operators,
  trace,
} from "../../src/graph/index.js";
import { programOf } from "../../src/runtime/index.js";
import {
  draw,
  fromNumbers,
  Random,
  type Shape,
  scalar,
  sizeOf,
  type Tensor,
} from "../../src/tensor/index.js";
import { expectClose } from "../helpers/compare.js";
import { SAME_NUMERICS } from "../helpers/tolerances.js";
import { type AttributeValue, type NodeSpec, onnxModel } from "../unit/graph/onnx-model.js";

/** ONNX Runtime's float32 kernels, some of them approximations, against float64. */
const FLOAT32_KERNEL = 5e-6;

describe("export, then import", () => {
  const names = Object.keys(operators) as OpName[];
  const cases = names.flatMap((op) =>
    operators[op].examples(new Random(7)).map((example, i) => ({ title: `${op} #${i}`, op, ...example })),
  );

  test.each(cases)("$title", ({ op, inputs, attributes }) => {
    const specs = Object.fromEntries(inputs.map(({ shape, dtype }, i) => [`x${i}`, { shape, dtype }]));
    const feeds = Object.fromEntries(inputs.map((value, i) => [`x${i}`, value]));
    const graph = trace(specs, (nodes) => ({
      y: applyOperator(op, Object.values(nodes), attributes as never),
    }));
    const again = importOnnx(encodeOnnx(graph), op);
    const closed = bind(again.graph, again.parameters);
    expectClose(
      evaluateGraph(closed, feeds).y as Tensor,
      evaluateGraph(graph, feeds).y as Tensor,
      SAME_NUMERICS,
    );
  });
});

const random = new Random(23);
const normal = (...shape: Shape): Tensor =>
  fromNumbers(
    draw(sizeOf(shape), () => random.normal()),
    shape,
  );
const positive = (...shape: Shape): Tensor =>
  fromNumbers(
    draw(sizeOf(shape), () => 0.2 + 2 * random.uniform()),
    shape,
  );
const integers = (...values: readonly number[]): Tensor => fromNumbers(values, [values.length], "int64");
const bools = (...values: readonly number[]): Tensor => fromNumbers(values, [values.length], "bool");

interface Case {
  readonly op: string;
  /** Data that the model is fed with, by name; the first axis of two or more is dynamic. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Stored values. */
  readonly stored?: Readonly<Record<string, Tensor>>;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly opset?: number;
  readonly domain?: string;
  readonly outputs?: number;
  /** Nodes before, for shape computations. */
  readonly before?: readonly NodeSpec[];
  /** Inputs of the node; default: all feeds, then all stored values. */
  readonly inputs?: readonly string[];
}

const x = normal(5, 3);
const one = (op: string, attributes: Case["attributes"] = {}, extra: Partial<Case> = {}): Case => ({
  op,
  feeds: { x },
  attributes,
  ...extra,
});
const two = (op: string, extra: Partial<Case> = {}): Case => ({
  op,
  feeds: { x, y0: normal(5, 3) },
  ...extra,
});
const reductions = ["ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare"];

const cases: readonly Case[] = [
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
  one("Identity"),
  one("Dropout"),
  one("Reshape", {}, { feeds: { x: normal(5, 4) }, stored: { shape: integers(-1, 2, 2) } }),
  one("Reshape", {}, { feeds: { x: normal(5, 4) }, stored: { shape: integers(0, 2, -1) } }),
  one("Flatten", {}, { feeds: { x: normal(5, 2, 2) } }),
  one("Flatten", { axis: -1 }),
  one("Squeeze", {}, { feeds: { x: normal(5, 1, 3) }, stored: { axes: integers(1) } }),
  one("Squeeze", {}, { feeds: { x: normal(5, 1, 3, 1) } }),
  one("Squeeze", { axes: [-1] }, { feeds: { x: normal(5, 1) }, opset: 12 }),
  one("Unsqueeze", {}, { stored: { axes: integers(0, -1) } }),
  one("Unsqueeze", { axes: [1, 2] }, { opset: 12 }),
  one("Transpose", { perm: [1, 0] }),
  one("Transpose", {}, { feeds: { x: normal(5, 3, 2) } }),
  one("Expand", {}, { feeds: { x: normal(5, 1) }, stored: { shape: integers(3) } }),
  one(
    "Expand",
    {},
    {
      feeds: { x, t: scalar(0.5) },
      before: [{ op: "Shape", inputs: ["x"], outputs: ["shape"] }],
      inputs: ["t", "shape"],
    },
  ),
  one("Tile", {}, { stored: { repeats: integers(1, 2) } }),
  one("Tile", {}, { feeds: { x: normal(1, 3) }, stored: { repeats: integers(4, 2) } }),
  one("Gather", { axis: 1 }, { stored: { i: integers(2, 0, -1) } }),
  one("Gather", { axis: 1 }, { stored: { i: scalar(1, "int64") } }),
  one("Gather", { axis: 1 }, { stored: { i: fromNumbers([0, 1, 2, 0], [2, 2], "int64") } }),
  one("Slice", {}, { stored: { s: integers(1), e: integers(Number.MAX_SAFE_INTEGER), a: integers(1) } }),
  one(
    "Slice",
    {},
    {
      stored: {
        s: integers(0, -2),
        e: integers(Number.MAX_SAFE_INTEGER, -1),
        a: integers(0, 1),
        step: integers(1, 1),
      },
    },
  ),
  one("Slice", { starts: [0], ends: [2], axes: [1] }, { opset: 9 }),
  one("Split", { axis: 1 }, { stored: { parts: integers(1, 2) }, outputs: 2 }),
  one("Split", { axis: 1, num_outputs: 2 }, { opset: 18, outputs: 2 }),
  one("Split", { axis: 1, split: [2, 1] }, { opset: 11, outputs: 2 }),
  one("Split", { axis: -1 }, { outputs: 3 }),
  one("Concat", { axis: 1 }, { feeds: { x, b: normal(5, 2) } }),
  one("Pad", {}, { stored: { widths: integers(0, 1, 0, 2) } }),
  one("Pad", {}, { stored: { widths: integers(0, -1, 0, 2), value: scalar(1.5) } }),
  one("Pad", {}, { stored: { widths: integers(1, 0), value: scalar(0), axes: integers(1) }, opset: 18 }),
  one(
    "Add",
    {},
    {
      before: [{ op: "Constant", inputs: [], outputs: ["c"], attributes: { value: normal(3) } }],
      inputs: ["x", "c"],
    },
  ),
  ...[{ value_float: { float: 0.3 } }, { value: scalar(2) }].map((attributes) =>
    one(
      "Mul",
      {},
      { before: [{ op: "Constant", inputs: [], outputs: ["c"], attributes }], inputs: ["x", "c"] },
    ),
  ),
  one(
    "Add",
    {},
    {
      before: [
        { op: "Shape", inputs: ["x"], outputs: ["shape"] },
        {
          op: "ConstantOfShape",
          inputs: ["shape"],
          outputs: ["c"],
          attributes: { value: fromNumbers([0.5], [1]) },
        },
      ],
      inputs: ["x", "c"],
    },
  ),
  ...["Size", "Shape"].map((op) =>
    one(
      "Mul",
      {},
      {
        feeds: { x: normal(5, 2) },
        before: [
          { op, inputs: ["x"], outputs: ["n"] },
          { op: "Cast", inputs: ["n"], outputs: ["c"], attributes: { to: 1 } },
        ],
        inputs: ["x", "c"],
      },
    ),
  ),
  one(
    "Reshape",
    {},
    {
      before: [
        { op: "Shape", inputs: ["x"], outputs: ["shape"] },
        { op: "ReduceProd", inputs: ["shape"], outputs: ["n"], attributes: { keepdims: 0 } },
        { op: "Constant", inputs: [], outputs: ["three"], attributes: { value_int: 3 } },
        { op: "Div", inputs: ["n", "three"], outputs: ["rows"] },
        { op: "Constant", inputs: [], outputs: ["zero"], attributes: { value_ints: [0] } },
        { op: "Unsqueeze", inputs: ["rows", "zero"], outputs: ["rows1"] },
        { op: "Concat", inputs: ["rows1", "rest"], outputs: ["target"], attributes: { axis: 0 } },
      ],
      stored: { rest: integers(3, 1) },
      inputs: ["x", "target"],
    },
  ),
  one(
    "Add",
    {},
    {
      before: [
        { op: "Range", inputs: ["a", "b", "d"], outputs: ["r"] },
        { op: "Cast", inputs: ["r"], outputs: ["c"], attributes: { to: 1 } },
      ],
      stored: { a: scalar(1, "int64"), b: scalar(7, "int64"), d: scalar(2, "int64") },
      inputs: ["x", "c"],
    },
  ),
];

describe("an ONNX operator, imported, equals ONNX Runtime", () => {
  const titled = cases.map((item, i) => ({ title: `${item.op} #${i}`, ...item }));

  test.each(titled)("$title", async ({ op, feeds, stored = {}, attributes = {}, before = [], ...rest }) => {
    const outputs = Array.from({ length: rest.outputs ?? 1 }, (_, i) => (i === 0 ? "y" : `y${i}`));
    const node: NodeSpec = {
      op,
      inputs: rest.inputs ?? [...Object.keys(feeds), ...Object.keys(stored)],
      outputs,
      attributes,
      domain: rest.domain ?? "",
    };
    const bytes = onnxModel({
      inputs: Object.fromEntries(
        Object.entries(feeds).map(([name, { shape, dtype }]) => [
          name,
          { dtype, shape: shape[0] === 5 ? ["n", ...shape.slice(1)] : shape },
        ]),
      ),
      initializers: stored,
      nodes: [...before, node],
      outputs: Object.fromEntries(outputs.map((name) => [name, "float32"])),
      opset: rest.opset ?? 17,
    });
    const { graph, parameters } = importOnnx(bytes, `${op}.onnx`);
    const closed = bind(graph, parameters);
    const program = await programOf(closed, bytes, { oneShot: true });
    const expected = await program.run(feeds);
    await program.dispose();
    const actual = evaluateGraph(closed, feeds);
    for (const name of outputs) expectClose(actual[name] as Tensor, expected[name] as Tensor, FLOAT32_KERNEL);
  });

  test("covers every operator in the table", () => {
    const covered = new Set(cases.flatMap(({ op, before = [] }) => [op, ...before.map((node) => node.op)]));
    expect(importableOperators.filter((op) => !covered.has(op))).toEqual(["Swish"]);
  });
});
