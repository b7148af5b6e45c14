import { TensorProto_DataType as ElementType } from "onnx-buf";
import type { DType } from "../../../tensor/index.js";
import * as build from "../../build.js";
import type { DecodeContext } from "./context.js";
import type { Count } from "./count.js";
import type { DecoderTable } from "./decoder.js";
import { elementTypeName, storedDType } from "./stored-tensor.js";
import { asFolded, foldElements, type Value } from "./value.js";

/** Every type becomes a wide one that holds it: what a file computes in half precision is computed in float32 here. */
function cast(context: DecodeContext): Value {
  const elementType = context.integer("to", ElementType.UNDEFINED);
  const dtype = storedDType(elementType);
  if (dtype === undefined)
    throw context.unsupported(elementTypeName(elementType), "float32, float64, integers or bool");
  return converted(context, dtype);
}

function converted(context: DecodeContext, dtype: DType): Value {
  const stored = dtype === "int64" || dtype === "bool" ? asFolded(context.value(0)) : undefined;
  const known = stored && foldElements([stored], ([x = 0]) => convertCount(x, dtype), dtype);
  if (known !== undefined) return known;
  return context.foldFirst(([x = 0]) => convertCount(x, dtype), dtype) ?? build.cast(context.node(0), dtype);
}

function convertCount(x: Count, dtype: DType): Count | undefined {
  if (dtype === "bool") return typeof x === "number" ? Number(x !== 0) : undefined;
  if (dtype !== "int64") return x;
  if (typeof x === "number") return Math.abs(Math.trunc(x)) <= 2 ** 63 ? Math.trunc(x) : undefined;
  return Number.isInteger(x.perRow) && Number.isInteger(x.constant) ? x : undefined;
}

/** Conversions of element type. */
export const conversionDecoders: DecoderTable = {
  Cast: { inputs: [1, 1], rows: "pointwise", decode: cast },
  CastLike: {
    inputs: [2, 2],
    rows: "pointwise",
    decode: (context) => converted(context, context.value(1).dtype),
  },
};
