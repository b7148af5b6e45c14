/** Layer 0: concrete values. Errors with codes, element types, shapes, tensors, random streams, safetensors. */
export { type Broken, isBroken, unlessItBreaks } from "./broken.js";
export {
  type DataOf,
  type DType,
  type FloatDType,
  isFloat,
  type TensorData,
} from "./dtype.js";
export {
  type ErrorCode,
  fail,
  HypersolversError,
  isHypersolversError,
} from "./errors.js";
export { draw, Random } from "./random.js";
export { decodeSafetensors, encodeSafetensors, type SafeTensors } from "./safetensors.js";
export { formatShape, type Shape, sizeOf } from "./shape.js";
export {
  cast,
  fromNumbers,
  item,
  reshaped,
  rows,
  scalar,
  type Tensor,
  tensor,
  toFloat64,
  zeros,
} from "./tensor.js";
