/** Layer 1: symbolic programs. Operators, graphs, derivatives, simplification, ONNX. */
export type { Pair } from "./attributes.js";
export {
  abs,
  add,
  broadcastLike,
  cast,
  concat,
  constant,
  conv,
  convTranspose,
  cos,
  div,
  elu,
  equal,
  erf,
  exp,
  expand,
  extent,
  gather,
  gatherElements,
  gemm,
  less,
  log,
  matmul,
  maximum,
  maxPool,
  minimum,
  mul,
  neg,
  not,
  type Operand,
  pad,
  pow,
  prelu,
  reciprocal,
  reduceMax,
  reduceSum,
  relu,
  reshape,
  scatterElements,
  sigmoid,
  sign,
  sin,
  slice,
  softplus,
  sqrt,
  stopGradient,
  sub,
  sum,
  tanh,
  transpose,
  where,
} from "./build.js";
export {
  concatColumns,
  crossEntropy,
  gelu,
  geluTanh,
  layerNorm,
  linearCombination,
  logSoftmax,
  logSumExp,
  mean,
  norm,
  oneHot,
  silu,
  softmax,
  square,
} from "./compose.js";
export { evaluateGraph } from "./evaluate.js";
export { gradient, jvp, vjp } from "./gradient.js";
export {
  bind,
  countMacs,
  type Graph,
  type InputSpec,
  inline,
  type NamedNodes,
  trace,
  withFloat,
} from "./graph.js";
export type { Node } from "./node.js";
export {
  batchNorm,
  groupNorm,
} from "./normalization.js";
export { type EncodeOptions, encodeOnnx } from "./onnx/encode.js";
export { embedExternalData, externalDataFiles } from "./onnx/import/external-data.js";
export { type ImportedModel, type ImportOptions, importOnnx } from "./onnx/import/index.js";
export {
  inspectOnnx,
  type ModelSummary,
} from "./onnx/import/inspect.js";
export { importableOperators } from "./onnx/import/table.js";
export { type AveragePoolOptions, adaptiveAveragePool, averagePool } from "./pooling.js";
export { printGraph } from "./print.js";
export type { SymbolicShape } from "./tensor-type.js";
