/** Layer 1: symbolic programs. Operators, graphs, derivatives, simplification, ONNX. */
export type {
  Attributes,
  ConvAttributes,
  OperatorAttributes,
  OpName,
  Pair,
  WindowAttributes,
} from "./attributes.js";
export {
  abs,
  add,
  applyOperator,
  broadcastLike,
  cast,
  concat,
  constant,
  conv,
  convTranspose,
  convWeight,
  cos,
  div,
  elu,
  equal,
  erf,
  exp,
  expand,
  extent,
  gather,
  gemm,
  input,
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
  oneMinusSquare,
  pad,
  pickElements,
  placeElements,
  pow,
  prelu,
  reciprocal,
  reduceMax,
  reduceSum,
  relu,
  reshape,
  scatterAdd,
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
  unbroadcast,
  where,
  zerosLike,
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
export { evaluateGraph, resolveBatch } from "./evaluate.js";
export { gradient, gradientInParts, jvp, vjp } from "./gradient.js";
export {
  bind,
  countMacs,
  type Graph,
  type InputSpec,
  inline,
  makeGraph,
  type NamedNodes,
  trace,
  withFloat,
} from "./graph.js";
export { type Extent, formatType, isOp, type Node, type SymbolicShape, type TensorType } from "./node.js";
export {
  alongChannels,
  batchNorm,
  type ChannelStatistics,
  channelAffine,
  channelStatistics,
  groupNorm,
} from "./normalisation.js";
export { type EncodeOptions, encodeOnnx } from "./onnx/encode.js";
export { type ImportedModel, importOnnx } from "./onnx/import/index.js";
export type { DeclaredType } from "./onnx/import/inputs.js";
export {
  inspectOnnx,
  type ModelSummary,
  type OperatorUse,
  type WeightSummary,
} from "./onnx/import/inspect.js";
export type { ModelHeader } from "./onnx/import/read-model.js";
export { importableOperators } from "./onnx/import/table.js";
export type { Example, Operator } from "./operator.js";
export { operatorOf, operators } from "./operators/index.js";
export { type AveragePoolOptions, adaptiveAveragePool, averagePool } from "./pooling.js";
export { printGraph } from "./print.js";
export { simplify } from "./simplify.js";
export { topological } from "./traverse.js";
