import { fromNumbers, scalar } from "../../../src/tensor/index.js";
import { integers, normal, type OnnxCase, one, x } from "./onnx-cases.js";

/** Shapes, movement and selection. */
export const movementCases: readonly OnnxCase[] = [
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
  // t.repeat(len(z), 1)
  one(
    "Tile",
    {},
    {
      feeds: { x, t: normal(1, 2) },
      before: [
        { op: "Shape", inputs: ["x"], outputs: ["shape"] },
        { op: "Slice", inputs: ["shape", "zero", "one"], outputs: ["n"] },
        { op: "Concat", inputs: ["n", "one"], outputs: ["repeats"], attributes: { axis: 0 } },
      ],
      stored: { zero: integers(0), one: integers(1) },
      inputs: ["t", "repeats"],
    },
  ),
  // z.view(z.size(0), -1)
  one(
    "Reshape",
    {},
    {
      feeds: { x: normal(5, 2, 2) },
      before: [
        { op: "Shape", inputs: ["x"], outputs: ["shape"] },
        { op: "Gather", inputs: ["shape", "first"], outputs: ["n"] },
        { op: "Unsqueeze", inputs: ["n", "zero"], outputs: ["n1"] },
        { op: "Concat", inputs: ["n1", "rest"], outputs: ["target"], attributes: { axis: 0 } },
      ],
      stored: { first: scalar(0, "int64"), zero: integers(0), rest: integers(-1) },
      inputs: ["x", "target"],
    },
  ),
  // functional.pad(z, (1, 2)) as the older PyTorch exporter computes its widths
  one(
    "Pad",
    {},
    {
      before: [
        { op: "ConstantOfShape", inputs: ["two"], outputs: ["zeros"], attributes: { value: integers(0) } },
        { op: "Concat", inputs: ["given", "zeros"], outputs: ["all"], attributes: { axis: 0 } },
        { op: "Reshape", inputs: ["all", "pairs"], outputs: ["table"] },
        { op: "Slice", inputs: ["table", "minus", "least", "zero", "minus"], outputs: ["turned"] },
        { op: "Transpose", inputs: ["turned"], outputs: ["sides"], attributes: { perm: [1, 0] } },
        { op: "Reshape", inputs: ["sides", "minus"], outputs: ["flat"] },
        { op: "Cast", inputs: ["flat"], outputs: ["widths"], attributes: { to: 7 } },
      ],
      stored: {
        two: integers(2),
        given: integers(1, 2),
        pairs: integers(-1, 2),
        minus: integers(-1),
        least: integers(Number.MIN_SAFE_INTEGER),
        zero: integers(0),
      },
      inputs: ["x", "widths"],
    },
  ),
  // a choice that the batch decides at run time
  one(
    "Where",
    {},
    {
      feeds: { x, b: normal(3) },
      before: [
        { op: "Shape", inputs: ["x"], outputs: ["shape"], attributes: { end: 1 } },
        { op: "Less", inputs: ["shape", "four"], outputs: ["c"] },
      ],
      stored: { four: integers(4) },
      inputs: ["c", "x", "b"],
    },
  ),
];
