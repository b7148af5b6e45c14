import { fromNumbers, type Tensor } from "../../../src/tensor/index.js";
import { normal } from "./onnx-cases.js";
import type { ModelSpec, NodeSpec } from "./onnx-model.js";

/** A model of z [n, …] -> y, in node patterns that PyTorch's exporters write. */
export interface RowsCase {
  readonly state: readonly number[];
  readonly spec: ModelSpec;
}

const ints = (...values: number[]): Tensor => fromNumbers(values, [values.length], "int64");

type Row = readonly [op: string, inputs: string, outputs: string, attributes?: NodeSpec["attributes"]];
const nodes = (...rows: Row[]): NodeSpec[] =>
  rows.map(([op, inputs, outputs, attributes = {}]) => ({
    op,
    inputs: inputs.split(" "),
    outputs: outputs.split(" "),
    attributes,
  }));

/** The size of axis `axis` of x as a vector of one, and times `factor`. */
const size = (x: string, axis: number, name: string): Row[] => [
  ["Shape", x, `${name}_shape`],
  ["Gather", `${name}_shape at${axis}`, `${name}_scalar`, { axis: 0 }],
  ["Unsqueeze", `${name}_scalar at0v`, name],
];

const positions = {
  at0: fromNumbers([0], [], "int64"),
  at1: fromNumbers([1], [], "int64"),
  at0v: ints(0),
  one: ints(1),
  two: ints(2),
  far: ints(2 ** 53 - 1),
  minus: ints(-1),
};

const [tokens, width, heads] = [3, 4, 2];

/** nn.MultiheadAttention of the older exporter: [tokens, n·heads, width/heads], and [tokens·n, width] around layers. */
const attention: Row[] = [
  ["Transpose", "z", "x", { perm: [1, 0, 2] }],
  ["MatMul", "x inW", "p0"],
  ["Add", "p0 inB", "p1"],
  ["Shape", "p1", "pshape"],
  ["Slice", "pshape at0v two at0v", "lead"],
  ["Concat", "lead threeWidth", "split5", { axis: 0 }],
  ["Reshape", "p1 split5", "p2"],
  ["Unsqueeze", "p2 at0v", "p3"],
  ["Transpose", "p3", "p4", { perm: [3, 1, 2, 0, 4] }],
  ["Squeeze", "p4 minus2", "p5"],
  ["Gather", "p5 at0", "q", { axis: 0 }],
  ["Gather", "p5 at1", "k", { axis: 0 }],
  ["Gather", "p5 at2", "v", { axis: 0 }],
  ...size("x", 1, "n"),
  ["Mul", "n_scalar headsS", "nh_scalar"],
  ["Unsqueeze", "nh_scalar at0v", "nh"],
  ["Concat", "tokensV nh headV", "byHead", { axis: 0 }],
  ...["q", "k", "v"].flatMap((name): Row[] => [
    ["Reshape", `${name} byHead`, `${name}1`],
    ["Transpose", `${name}1`, `${name}2`, { perm: [1, 0, 2] }],
  ]),
  ["Mul", "q2 rootScale", "q3"],
  ["Transpose", "k2", "k3", { perm: [0, 2, 1] }],
  ["MatMul", "q3 k3", "scores"],
  ["Softmax", "scores", "shares", { axis: -1 }],
  ["MatMul", "shares v2", "mixed"],
  ["Transpose", "mixed", "mixed1", { perm: [1, 0, 2] }],
  ["Mul", "n_scalar tokensS", "nt_scalar"],
  ["Unsqueeze", "nt_scalar at0v", "nt"],
  ["Concat", "nt widthV", "flat", { axis: 0 }],
  ["Reshape", "mixed1 flat", "rows"],
  ["Gemm", "rows outW outB", "out", { transB: 1 }],
  ["Concat", "tokensV n widthV", "back", { axis: 0 }],
  ["Reshape", "out back", "out1"],
  ["Transpose", "out1", "out2", { perm: [1, 0, 2] }],
];

const attentionWeights = {
  ...positions,
  at2: fromNumbers([2], [], "int64"),
  inW: normal(width, 3 * width),
  inB: normal(3 * width),
  outW: normal(width, width),
  outB: normal(width),
  threeWidth: ints(3, width),
  minus2: ints(-2),
  headsS: fromNumbers([heads], [], "int64"),
  tokensS: fromNumbers([tokens], [], "int64"),
  tokensV: ints(tokens),
  widthV: ints(width),
  headV: ints(width / heads),
  rootScale: fromNumbers([Math.SQRT1_2], []),
};

/** nn.TransformerEncoderLayer, norm first: attention and a perceptron, each added to what came in. */
const encoderLayer: Row[] = [
  ["LayerNormalization", "state normW normB", "z", { axis: -1 }],
  ...attention,
  ["Add", "state out2", "r"],
  ["LayerNormalization", "r normW normB", "rn", { axis: -1 }],
  ["MatMul", "rn w1", "h1"],
  ["Relu", "h1", "h2"],
  ["MatMul", "h2 w2", "h3"],
  ["Add", "r h3", "y"],
];

/** Guidance: cat([z, z]), a network, and the halves taken apart as `torch.chunk` is exported. */
const chunked: Row[] = [
  ...size("h", 0, "rows"),
  ["Add", "rows one", "shifted"],
  ["Div", "shifted two", "half"],
  ["Mul", "half two", "whole"],
  ["Slice", "h at0v half at0v", "yes"],
  ["Slice", "h half whole at0v", "no"],
  ["Sub", "yes no", "gap"],
  ["Mul", "gap scale", "scaled"],
  ["Add", "no scaled", "y"],
];

const guided: Row[] = [
  ["Concat", "z z", "zz", { axis: 0 }],
  ...size("z", 0, "n"),
  ["Concat", "n classes", "classShape", { axis: 0 }],
  ["ConstantOfShape", "classShape", "noClass"],
  ["Add", "noClass label", "aClass"],
  ["Concat", "aClass noClass", "c", { axis: 0 }],
  ["Concat", "zz c", "zc", { axis: 1 }],
  ["Gemm", "zc w b", "h0", { transB: 1 }],
  ["Tanh", "h0", "h1"],
  ["LayerNormalization", "h1 ones", "h", { axis: -1 }],
  ...chunked,
];

/** The same over images: convolution, group normalization as exporters write it, and Split of opset 18. */
const guidedImages: Row[] = [
  ["Concat", "z z", "zz", { axis: 0 }],
  ["Conv", "zz kernel", "h0", { pads: [1, 1, 1, 1] }],
  ["Reshape", "h0 grouped", "h1"],
  ["InstanceNormalization", "h1 ones2 zeros2", "h2"],
  ["Shape", "h0", "shape0"],
  ["Reshape", "h2 shape0", "h3"],
  ["Sigmoid", "h3", "h4"],
  ["Conv", "h4 kernel2", "h5", { pads: [1, 1, 1, 1] }],
  ["Split", "h5", "yes no", { axis: 0, num_outputs: 2 }],
  ["Sub", "yes no", "gap"],
  ["Sum", "no gap yes", "y"],
];

/** Each sample repeated: repeat_interleave writes Unsqueeze, Expand and Reshape; the mean over the copies follows. */
const interleaved: Row[] = [
  ...size("z", 0, "n"),
  ["Unsqueeze", "z one", "z1"],
  ["Concat", "n three dim", "wide", { axis: 0 }],
  ["Expand", "z1 wide", "z2"],
  ["Reshape", "z2 byRow", "z3"],
  ["MatMul", "z3 w", "h"],
  ["Sin", "h", "h1"],
  ["Reshape", "h1 byCopy", "h2"],
  ["Mul", "h2 shifts", "h3"],
  ["ReduceMean", "h3", "y", { axes: [1], keepdims: 0 }],
];

/** Traces by columns: [m, d·n] products with weights on the left. */
const traced: Row[] = [
  ["Transpose", "z", "zt", { perm: [1, 0] }],
  ["MatMul", "first zt", "h0"],
  ["Tanh", "h0", "h"],
  ["Unsqueeze", "h one", "h1"],
  ["Unsqueeze", "first two", "f1"],
  ["Mul", "f1 h1", "columns"],
  ["Reshape", "columns flatRows", "flat"],
  ["Gemm", "second flat", "flat1"],
  ...size("z", 0, "n"),
  ["Concat", "six minus n", "open", { axis: 0 }],
  ["Reshape", "flat1 open", "columns1"],
  ["Mul", "columns1 columns1", "squares"],
  ["ReduceSum", "squares axes01", "trace", { keepdims: 0 }],
  ["Unsqueeze", "trace one", "trace1"],
  ["Mul", "z trace1", "y"],
];

/** Attention of a U-Net: heads moved into the batch, products by letters. */
const byLetters: Row[] = [
  ["Reshape", "z byHead", "h"],
  ["Einsum", "h h", "scores", { equation: "bct,bcs->bts" }],
  ["Softmax", "scores", "shares", { axis: -1 }],
  ["Einsum", "shares h", "mixed", { equation: "bts,bcs->bct" }],
  ["Reshape", "mixed back", "joined"],
  ["Mul", "joined scale", "y"],
];

const model = (
  state: readonly number[],
  rows: readonly Row[],
  initializers: Readonly<Record<string, Tensor>>,
  name = "z",
  opset = 17,
): RowsCase => ({
  state,
  spec: { inputs: { [name]: { shape: ["n", ...state] } }, initializers, nodes: nodes(...rows), opset },
});

export const severalRowsCases: Readonly<Record<string, RowsCase>> = {
  "multi-head attention": model([tokens, width], [...attention, ["Identity", "out2", "y"]], attentionWeights),
  "a transformer's encoder layer": model(
    [tokens, width],
    encoderLayer,
    {
      ...attentionWeights,
      normW: normal(width),
      normB: normal(width),
      w1: normal(width, 6),
      w2: normal(6, width),
    },
    "state",
  ),
  "guidance in one pass": model([2], guided, {
    ...positions,
    classes: ints(3),
    label: fromNumbers([0, 1, 0], [3]),
    w: normal(2, 5),
    b: normal(2),
    ones: normal(2),
    scale: fromNumbers([1.5], []),
  }),
  "guidance of images": model(
    [4, 5, 5],
    guidedImages,
    {
      ...positions,
      kernel: normal(6, 4, 3, 3),
      kernel2: normal(4, 6, 3, 3),
      grouped: ints(0, 2, -1),
      ones2: normal(2),
      zeros2: normal(2),
    },
    "z",
    18,
  ),
  "repeated samples": model([2], interleaved, {
    ...positions,
    three: ints(3),
    dim: ints(2),
    byRow: ints(-1, 2),
    byCopy: ints(-1, 3, 2),
    w: normal(2, 2),
    shifts: normal(3, 1),
  }),
  "attention by letters": model([4, 3], byLetters, {
    byHead: ints(-1, 2, 3),
    back: ints(-1, 4, 3),
    scale: normal(4, 1),
  }),
  "a trace by columns": model([2], traced, {
    ...positions,
    first: normal(6, 2),
    second: normal(6, 6),
    six: ints(6),
    flatRows: ints(6, -1),
    axes01: ints(0, 1),
  }),
};
