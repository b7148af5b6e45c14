import {
  type ErrorCode,
  fail,
  fromNumbers,
  Random,
  type Tensor,
  tensor,
  zeros,
} from "../../src/tensor/index.js";
import { pickRows } from "../../src/tensor/internal.js";

/** The element type decides what holds the numbers. */
export const single: Float32Array = tensor("float32", [2], Float32Array.of(1, 2)).data;
export const flags: Tensor<"bool"> = tensor("bool", [2], Uint8Array.of(0, 1));
// @ts-expect-error float32 numbers are not kept in a Float64Array
tensor("float32", [2], Float64Array.of(1, 2));
// @ts-expect-error int64 numbers are bigints
tensor("int64", [2], Float32Array.of(1, 2));
// @ts-expect-error there is no such element type
zeros([2], "float16");

/** Picking rows keeps the element type. */
export const picked: Tensor<"int64"> = pickRows(zeros([3, 2], "int64"), [0, 2]);
// @ts-expect-error rows of int64 are not float32
export const mistaken: Tensor<"float32"> = pickRows(zeros([3, 2], "int64"), [0, 2]);

export function readOnly(value: Tensor): void {
  // @ts-expect-error a shape is not changed in place
  value.shape[0] = 3;
  // @ts-expect-error a tensor keeps its data
  value.data = new Float32Array();
}

/** Errors carry one of the known codes. */
export const code: ErrorCode = fail("SHAPE_MISMATCH", { what: "x" }).code;
// @ts-expect-error there is no such code
fail("SOMETHING_WRONG", { what: "x" });
// @ts-expect-error an error says what it is about
fail("SHAPE_MISMATCH", {});

/** Randomness has a seed. */
export const random: Random = new Random(1);
// @ts-expect-error a stream without a seed
new Random();

fromNumbers([1, 2], [2]);
// @ts-expect-error numbers come with their shape
fromNumbers([1, 2]);
