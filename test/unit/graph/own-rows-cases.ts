import { fromNumbers, type Tensor } from "../../../src/tensor/index.js";
import type { NodeSpec } from "./onnx-model.js";
import type { RowsCase } from "./several-rows-cases.js";

type Row = readonly [op: string, inputs: string, outputs: string, attributes?: NodeSpec["attributes"]];
const nodes = (...rows: readonly Row[]): NodeSpec[] =>
  rows.map(([op, inputs, outputs, attributes = {}]) => ({
    op,
    inputs: inputs.split(" "),
    outputs: outputs.split(" "),
    attributes,
  }));

const int = (value: number): Tensor => fromNumbers([value], [], "int64");
const ints = (...values: number[]): Tensor => fromNumbers(values, [values.length], "int64");
const numbers = {
  ...{ at0: int(0), at1: int(1), nodes: int(4) },
  ...{ v1: ints(1), v2: ints(2), minus: ints(-1), minus2: ints(-2), rows: ints(-1, 3) },
};

/** 0, 1, … of the batch, times the four rows of a sample: [n, 1]. */
const starts: Row[] = [
  ["Shape", "z", "shape"],
  ["Gather", "shape at0", "n", { axis: 0 }],
  ["Range", "at0 n at1", "order"],
  ["Unsqueeze", "order v1", "column"],
  ["Mul", "column nodes", "starts"],
];

/** `x[arange(n)[:, None, None], neighbors]`: the two points that lie farthest from each. */
const neighbors: Row[] = [
  ...starts,
  ["Transpose", "z", "zt", { perm: [0, 2, 1] }],
  ["MatMul", "z zt", "near"],
  ["TopK", "near v2", "ignored indices", { largest: 0 }],
  ["Unsqueeze", "starts v2", "starts1"],
  ["Add", "indices starts1", "positions"],
  ["Flatten", "z", "flat", { axis: 2 }],
  ["Gather", "flat positions", "found", { axis: 0 }],
  ["ReduceSum", "found minus2", "y", { keepdims: 0 }],
];

/** The same with positions in one row, as `x.view(b·n, -1)[(i + base).view(-1)]` has them. */
const flatNeighbors: Row[] = [
  ...neighbors.slice(0, -2),
  ["Reshape", "positions minus", "line"],
  ["Gather", "flat line", "each", { axis: 0 }],
  ["Reshape", "each byPoint", "found"],
  ["ReduceSum", "found minus2", "y", { keepdims: 0 }],
];

/** Edges of a graph repeated for every sample, and messages added up where they point. */
const messages: Row[] = [
  ...starts,
  ["Add", "sources starts", "from"],
  ["Reshape", "from minus", "fromLine"],
  ["Add", "starts targets", "to"],
  ["Reshape", "to minus", "toLine"],
  ["Reshape", "z rows", "flat"],
  ["Gather", "flat fromLine", "sent", { axis: 0 }],
  ["Gather", "flat toLine", "own", { axis: 0 }],
  ["Mul", "sent own", "message"],
  ["Shape", "flat", "flatShape"],
  ["ConstantOfShape", "flatShape", "zeros"],
  ["Unsqueeze", "toLine v1", "toColumn"],
  ["Shape", "message", "messageShape"],
  ["Expand", "toColumn messageShape", "toWide"],
  ["ScatterElements", "zeros toWide message", "sum", { axis: 0, reduction: "add" }],
  ["GatherElements", "sum toWide", "back", { axis: 0 }],
  ["ScatterElements", "flat toWide back", "kept", { axis: 0, reduction: "add" }],
  ["Reshape", "kept shape", "y"],
];

const model = (
  rows: readonly Row[],
  initializers: Readonly<Record<string, Tensor>>,
  state: readonly number[],
): RowsCase => ({
  state,
  spec: { inputs: { z: { shape: ["n", ...state] } }, initializers, nodes: nodes(...rows), opset: 17 },
});

/** Rows of the own sample by their number among the rows of all. */
export const ownRowsCases: Readonly<Record<string, RowsCase>> = {
  "neighbors by numbers of samples": model(neighbors, numbers, [4, 3]),
  "neighbors in one line": model(flatNeighbors, { ...numbers, byPoint: ints(-1, 4, 2, 3) }, [4, 3]),
  "messages along edges": model(
    messages,
    { ...numbers, sources: ints(0, 1, 2, 3, 0), targets: ints(1, 2, 3, 0, 2) },
    [4, 3],
  ),
};
