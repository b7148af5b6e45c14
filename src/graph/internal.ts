/** For the layers above, not for users: graphs as data, the table of operators, parts of layers. */
export type { OpName } from "./attributes.js";
export { applyOperator, convWeight, input, zerosLike } from "./build.js";
export { resolveBatch } from "./evaluate.js";
export { gradientInParts } from "./gradient.js";
export { makeGraph, rebuild } from "./graph.js";
export type { LoopGraph } from "./loop.js";
export { constantValue, isOp } from "./node.js";
export { type ChannelStatistics, channelAffine, channelStatistics } from "./normalization.js";
export { encodeLoop } from "./onnx/encode-loop.js";
export type { DeclaredType } from "./onnx/import/inputs.js";
export { operatorOf, operators } from "./operators/index.js";
export { isRowWise } from "./rows.js";
export { simplify } from "./simplify.js";
export { formatType, type TensorType } from "./tensor-type.js";
export { dependents, topological } from "./traverse.js";
