import { fromNumbers, scalar, type Tensor } from "../../../src/tensor/index.js";
import { integers, normal, type OnnxCase, one, x } from "./onnx-cases.js";
import type { NodeSpec } from "./onnx-model.js";

const wide: Tensor = normal(5, 4, 3);
const toFloat: OnnxCase["attributes"] = { to: 1 };

/** Integers that a node computes, as floats. */
const cast = (node: NodeSpec, extra: Partial<OnnxCase> = {}): OnnxCase =>
  one("Cast", toFloat, { before: [node], inputs: node.outputs ?? [], ...extra });

/** int64 tensor of positions. */
const at = (shape: readonly number[], ...values: number[]): Tensor => fromNumbers(values, shape, "int64");

/** Positions that depend on data: the largest elements of each row. */
const largest = (axis: number, k: string): NodeSpec => ({
  op: "TopK",
  inputs: ["x", k],
  outputs: ["top", "where"],
  attributes: { axis },
});

/** `d[:, 1:3] = …` as the older exporter writes it: the number of the row beside that of the column. */
const assigned: readonly NodeSpec[] = [
  { op: "Shape", inputs: ["x"], outputs: ["shape"] },
  { op: "Gather", inputs: ["shape", "first"], outputs: ["n"], attributes: { axis: 0 } },
  { op: "Range", inputs: ["first", "n", "second"], outputs: ["rows"] },
  { op: "Reshape", inputs: ["rows", "column"], outputs: ["rows1"] },
  { op: "Add", inputs: ["rows1", "columns"], outputs: ["sum"] },
  { op: "Shape", inputs: ["sum"], outputs: ["target"] },
  { op: "Expand", inputs: ["rows1", "target"], outputs: ["rows2"] },
  { op: "Expand", inputs: ["columns", "target"], outputs: ["columns2"] },
  { op: "Unsqueeze", inputs: ["rows2", "last"], outputs: ["rows3"] },
  { op: "Unsqueeze", inputs: ["columns2", "last"], outputs: ["columns3"] },
  { op: "Concat", inputs: ["rows3", "columns3"], outputs: ["places"], attributes: { axis: -1 } },
];
const assignment = {
  first: scalar(0, "int64"),
  second: scalar(1, "int64"),
  column: integers(-1, 1),
  columns: integers(2, 1),
  last: integers(-1),
};

/** Sequences [5, 4, 3] of a batch in front, as exporters turn them, in one direction and in both. */
function recurrent(op: string): readonly OnnxCase[] {
  const gates = op === "RNN" ? 1 : op === "GRU" ? 3 : 4;
  const linear = op === "GRU" ? { linear_before_reset: 1 } : {};
  const states = op === "LSTM" ? ["h0", "c0"] : ["h0"];
  const weights = (ways: number): Record<string, Tensor> => ({
    w: normal(ways, 2 * gates, 3),
    r: normal(ways, 2 * gates, 2),
    b: normal(ways, 4 * gates),
  });
  const turned: NodeSpec = {
    op: "Transpose",
    inputs: ["x"],
    outputs: ["xt"],
    attributes: { perm: [1, 0, 2] },
  };
  const network = (inputs: readonly string[], attributes: OnnxCase["attributes"]): NodeSpec => ({
    op,
    inputs: ["xt", ...inputs],
    outputs: ["all", "last"],
    attributes: { hidden_size: 2, ...attributes },
  });
  const zeros: readonly NodeSpec[] = [
    { op: "Shape", inputs: ["x"], outputs: ["n"], attributes: { end: 1 } },
    { op: "Concat", inputs: ["oneWay", "n", "two"], outputs: ["sizes"], attributes: { axis: 0 } },
    ...states.map((name) => ({ op: "Expand", inputs: ["half", "sizes"], outputs: [name] })),
  ];
  return [
    one(
      "Transpose",
      { perm: [2, 0, 1, 3] },
      {
        feeds: { x: wide },
        before: [turned, ...zeros, network(["w", "r", "b", "", ...states], linear)],
        stored: { ...weights(1), oneWay: integers(1), two: integers(2), half: scalar(0.5) },
        inputs: ["all"],
      },
    ),
    one(
      "Transpose",
      { perm: [1, 0, 2] },
      {
        feeds: { x: wide },
        before: [turned, network(["w", "r"], { direction: "bidirectional" })],
        stored: weights(2),
        inputs: ["last"],
      },
    ),
  ];
}

/** Order, positions by index tensors, and lists of tensors. */
export const placementCases: readonly OnnxCase[] = [
  one("Abs", {}, { before: [largest(1, "k")], stored: { k: integers(2) }, inputs: ["top"] }),
  one(
    "Abs",
    {},
    {
      feeds: { x: wide },
      before: [
        { op: "TopK", inputs: ["x", "k"], outputs: ["top", "where"], attributes: { axis: 1, largest: 0 } },
      ],
      stored: { k: integers(3) },
      inputs: ["top"],
    },
  ),
  cast(largest(-1, "k"), { stored: { k: integers(3) }, inputs: ["where"] }),
  cast({ op: "ArgMax", inputs: ["x"], outputs: ["i"], attributes: { axis: 1 } }),
  cast(
    { op: "ArgMax", inputs: ["x"], outputs: ["i"], attributes: { axis: 1, keepdims: 0 } },
    { feeds: { x: wide } },
  ),
  cast({ op: "ArgMin", inputs: ["x"], outputs: ["i"], attributes: { axis: -1 } }),
  one(
    "OneHot",
    {},
    {
      before: [{ op: "ArgMax", inputs: ["x"], outputs: ["i"], attributes: { axis: 1, keepdims: 0 } }],
      stored: { depth: scalar(3, "int64"), values: fromNumbers([0.5, 2], [2]) },
      inputs: ["i", "depth", "values"],
    },
  ),
  one(
    "OneHot",
    { axis: 1 },
    {
      before: [{ op: "ArgMax", inputs: ["x"], outputs: ["i"], attributes: { axis: 1, keepdims: 1 } }],
      stored: { depth: scalar(4, "int64"), values: fromNumbers([0, 1], [2]) },
      inputs: ["i", "depth", "values"],
    },
  ),
  one(
    "GatherElements",
    { axis: 1 },
    {
      feeds: { x: wide },
      before: [largest(1, "k")],
      stored: { k: integers(2) },
      inputs: ["x", "where"],
    },
  ),
  one(
    "GatherElements",
    { axis: 1 },
    {
      feeds: { x, shift: normal(5, 2) },
      before: [
        { op: "Shape", inputs: ["shift"], outputs: ["s"] },
        { op: "Expand", inputs: ["fixed", "s"], outputs: ["where"] },
      ],
      stored: { fixed: integers(2, -3) },
      inputs: ["x", "where"],
    },
  ),
  ...(["none", "add"] as const).map((reduction) =>
    one(
      "ScatterElements",
      { axis: 1, reduction },
      {
        feeds: { x: wide, u: normal(5, 2, 3) },
        before: [largest(1, "k")],
        stored: { k: integers(2) },
        opset: 18,
        inputs: ["x", "where", "u"],
      },
    ),
  ),
  // messages added up at the nodes of a graph that they go to
  one(
    "ScatterElements",
    { axis: 1, reduction: "add" },
    {
      feeds: { x: wide, u: normal(5, 6, 3) },
      before: [
        { op: "Shape", inputs: ["u"], outputs: ["s"] },
        { op: "Expand", inputs: ["to", "s"], outputs: ["where"] },
      ],
      stored: { to: at([1, 6, 1], 1, 2, 3, 0, 0, 2) },
      opset: 18,
      inputs: ["x", "where", "u"],
    },
  ),
  // the largest and the smallest message; to one node comes none
  ...(["max", "min"] as const).map((reduction) =>
    one(
      "ScatterElements",
      { axis: 1, reduction },
      {
        feeds: { x: wide, u: normal(5, 6, 3) },
        before: [
          { op: "Shape", inputs: ["u"], outputs: ["s"] },
          { op: "Expand", inputs: ["to", "s"], outputs: ["where"] },
        ],
        stored: { to: at([1, 6, 1], 1, 2, 2, 0, 0, 2) },
        opset: 18,
        inputs: ["x", "where", "u"],
      },
    ),
  ),
  one(
    "ScatterND",
    {},
    {
      feeds: { x, u: normal(5, 2) },
      before: assigned,
      stored: assignment,
      inputs: ["x", "places", "u"],
    },
  ),
  one(
    "ScatterND",
    { reduction: "add" },
    {
      feeds: { x, u: normal(5, 2) },
      before: assigned,
      stored: assignment,
      opset: 18,
      inputs: ["x", "places", "u"],
    },
  ),
  one(
    "Transpose",
    { perm: [1, 0] },
    {
      feeds: { x, u: normal(5, 2) },
      before: [
        { op: "Transpose", inputs: ["x"], outputs: ["xt"], attributes: { perm: [1, 0] } },
        { op: "Transpose", inputs: ["u"], outputs: ["ut"], attributes: { perm: [1, 0] } },
        { op: "ScatterND", inputs: ["xt", "places", "ut"], outputs: ["yt"] },
      ],
      stored: { places: at([2, 1], 2, -3) },
      inputs: ["yt"],
    },
  ),
  one("GatherND", {}, { feeds: { x }, before: assigned, stored: assignment, inputs: ["x", "places"] }),
  one(
    "GatherND",
    { batch_dims: 1 },
    {
      feeds: { x: wide },
      before: [
        largest(1, "k"),
        { op: "Slice", inputs: ["where", "zero", "one", "two"], outputs: ["places"] },
      ],
      stored: { k: integers(2), zero: integers(0), one: integers(1), two: integers(2) },
      inputs: ["x", "places"],
    },
  ),
  // samples look up rows of one table by positions of their own
  one(
    "GatherND",
    {},
    {
      feeds: { x, table: normal(3, 2) },
      before: [largest(1, "k"), { op: "Unsqueeze", inputs: ["where", "last"], outputs: ["places"] }],
      stored: { k: integers(2), last: integers(-1) },
      inputs: ["table", "places"],
    },
  ),
  // integers that depend on data divide toward zero
  cast(
    { op: "Div", inputs: ["i", "three"], outputs: ["q"] },
    {
      before: [
        { op: "Mul", inputs: ["x", "ten"], outputs: ["tens"] },
        { op: "Cast", inputs: ["tens"], outputs: ["i"], attributes: { to: 7 } },
        { op: "Div", inputs: ["i", "three"], outputs: ["q"] },
      ],
      stored: { ten: scalar(10), three: scalar(3, "int64") },
      inputs: ["q"],
    },
  ),
  // torch.roll ends a slice at the number of all elements, of the newer exporter
  one(
    "Slice",
    {},
    {
      before: [
        { op: "Size", inputs: ["x"], outputs: ["size"] },
        { op: "Reshape", inputs: ["size", "last"], outputs: ["end"] },
      ],
      stored: { last: integers(-1), one: integers(1) },
      inputs: ["x", "one", "end", "one"],
    },
  ),
  // torch.arange of the newer exporter: bounds are floats made like another number
  one(
    "Mul",
    {},
    {
      before: [
        { op: "CastLike", inputs: ["zero", "three"], outputs: ["from"] },
        { op: "CastLike", inputs: ["unit", "three"], outputs: ["step"] },
        { op: "Range", inputs: ["from", "three", "step"], outputs: ["numbers"] },
        { op: "Cast", inputs: ["numbers"], outputs: ["n"], attributes: toFloat as never },
      ],
      stored: { zero: scalar(0), unit: scalar(1), three: scalar(3, "int64") },
      inputs: ["x", "n"],
    },
  ),
  // a time decides which part of a path is taken, the same for all samples
  one(
    "Gather",
    { axis: 1 },
    {
      feeds: { x: wide, t: scalar(1.4) },
      before: [{ op: "Cast", inputs: ["t"], outputs: ["i"], attributes: { to: 7 } }],
      inputs: ["x", "i"],
    },
  ),
  ...["RNN", "GRU", "LSTM"].flatMap((op) => recurrent(op)),
  one("ReduceProd", { axes: [1], keepdims: 0 }, { feeds: { x: wide }, opset: 13 }),
  one(
    "Conv",
    { pads: [1, 2], strides: [2] },
    { feeds: { x: wide }, stored: { w: normal(2, 4, 3), b: normal(2) } },
  ),
  one("Conv", { auto_pad: "SAME_UPPER" }, { feeds: { x: wide }, stored: { w: normal(2, 4, 2) } }),
  one(
    "ConvTranspose",
    { pads: [1, 0], strides: [2], output_padding: [1] },
    {
      feeds: { x: wide },
      stored: { w: normal(4, 2, 3), b: normal(2) },
    },
  ),
  one("MaxPool", { kernel_shape: [2] }, { feeds: { x: wide } }),
  one("AveragePool", { kernel_shape: [2], pads: [1, 0] }, { feeds: { x: wide } }),
  ...["edge", "reflect", "wrap"].map((mode) =>
    one("Pad", { mode }, { feeds: { x: wide }, stored: { widths: integers(0, 2, 1, 0, 1, 2) }, opset: 19 }),
  ),
  one("Einsum", { equation: "bii->b" }, { feeds: { x: normal(5, 3, 3) } }),
  one("Einsum", { equation: "bii,bi->bi" }, { feeds: { x: normal(5, 3, 3), y0: normal(5, 3) } }),
  one(
    "Abs",
    {},
    {
      before: [
        { op: "SplitToSequence", inputs: ["x", "two"], outputs: ["parts"], attributes: { axis: 1 } },
        { op: "SequenceAt", inputs: ["parts", "at"], outputs: ["part"] },
      ],
      stored: { two: scalar(2, "int64"), at: scalar(-1, "int64") },
      inputs: ["part"],
    },
  ),
  one(
    "Abs",
    {},
    {
      before: [
        { op: "SequenceConstruct", inputs: ["x", "x"], outputs: ["parts"] },
        { op: "SequenceAt", inputs: ["parts", "at"], outputs: ["part"] },
      ],
      stored: { at: scalar(1, "int64") },
      inputs: ["part"],
    },
  ),
  ...[0, 1].map((isNew) =>
    one(
      "Abs",
      {},
      {
        before: [
          { op: "SequenceConstruct", inputs: ["x", "x"], outputs: ["parts"] },
          {
            op: "ConcatFromSequence",
            inputs: ["parts"],
            outputs: ["joined"],
            attributes: { axis: -1, new_axis: isNew },
          },
        ],
        inputs: ["joined"],
      },
    ),
  ),
  // sizes that an exporter takes the absolute value of, and an end beyond every axis through a Cast
  one(
    "Expand",
    {},
    {
      feeds: { x: normal(5, 1) },
      before: [
        { op: "Shape", inputs: ["x"], outputs: ["shape"], attributes: { end: 1 } },
        { op: "Concat", inputs: ["shape", "four"], outputs: ["target"], attributes: { axis: 0 } },
        { op: "Abs", inputs: ["target"], outputs: ["sizes"] },
      ],
      stored: { four: integers(4) },
      inputs: ["x", "sizes"],
    },
  ),
];
