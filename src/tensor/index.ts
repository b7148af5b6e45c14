/** Layer 0: concrete values. Errors with codes, element types, shapes, tensors, random streams, safetensors. */
export { sha256 } from "./digest.js";
export {
  allocate,
  bytesPerElement,
  type DataOf,
  type DType,
  dtypes,
  type FloatDType,
  isFloat,
  type TensorData,
  viewBytes,
} from "./dtype.js";
export {
  type ErrorCode,
  type ErrorFacts,
  errorSentences,
  fail,
  formatError,
  HypersolversError,
  isHypersolversError,
} from "./errors.js";
export { draw, Random } from "./random.js";
export { decodeSafetensors, encodeSafetensors, type SafeTensors } from "./safetensors.js";
export { formatShape, normalizeAxis, type Shape, sameShape, sizeOf, stridesOf } from "./shape.js";
export {
  cast,
  copiedRows,
  firstNonFinite,
  fromNumbers,
  item,
  pickRows,
  reshaped,
  rows,
  scalar,
  stackedRows,
  type Tensor,
  tensor,
  toFloat64,
  zeros,
} from "./tensor.js";
