import { type DType, formatShape } from "../tensor/index.js";

/** Size of one axis: a number, or the one symbolic extent that every program may be run with. */
export type Extent = number | "batch";

/** Shape of a symbolic tensor. `"batch"` stands for the same number everywhere in one program. */
export type SymbolicShape = readonly Extent[];

/** Element type and shape: all that is known of a tensor before it has a value. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: SymbolicShape;
}

/** `float32[batch, 2]`, for messages. */
export function formatType({ dtype, shape }: TensorType): string {
  return `${dtype}${formatShape(shape)}`;
}

/** Whether two tensors agree in element type and shape. */
export const sameType = (a: TensorType, b: TensorType): boolean => formatType(a) === formatType(b);
