import { TensorProto_DataType as ElementType } from "onnx-buf";
import { formatShape, fromNumbers, sizeOf } from "../../../tensor/index.js";
import { normalizeAxis } from "../../../tensor/internal.js";
import * as build from "../../build.js";
import { constantNode, isOp, type Node } from "../../node.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";
import { round } from "./rounding.js";
import { elementTypeName } from "./stored-tensor.js";
import { foldedElementType, isFolded, knownValue, type Value } from "./value.js";

/** What quantized numbers may be. */
const ranges: ReadonlyMap<number, readonly [number, number]> = new Map<number, readonly [number, number]>([
  [ElementType.UINT8, [0, 255]],
  [ElementType.INT8, [-128, 127]],
  [ElementType.UINT16, [0, 65_535]],
  [ElementType.INT16, [-32_768, 32_767]],
]);

/** Scale or zero point beside x: one number, or one for each position of the operator's axis. */
function beside(context: DecodeContext, x: Value, parameter: Node): Node {
  const count = sizeOf(parameter.shape.map(Number));
  if (count === 1) return build.reshape(parameter, []);
  const { shape } = x;
  const axis = normalizeAxis(context.integer("axis", 1), shape.length, context.call.opType);
  if (context.integer("block_size", 0) !== 0 || parameter.shape.length !== 1 || shape[axis] !== count)
    throw context.unsupported(
      `scales ${formatShape(parameter.shape)} for ${formatShape(shape)}`,
      "one for all, or one for each position of an axis",
    );
  return build.reshape(
    parameter,
    shape.map((_, i) => (i === axis ? count : 1)),
  );
}

function zeroPoint(context: DecodeContext, x: Value, scale: Node): Node | undefined {
  const zero = context.optionalNode(2);
  return zero && build.cast(beside(context, x, zero), scale.dtype);
}

/** (x − zero) · scale; stored x of known scale becomes the float weight that it stands for. */
function dequantize(context: DecodeContext): Value {
  const x = context.value(0);
  const scale = context.node(1);
  const stored = dequantized(context, x);
  if (stored !== undefined) return stored;
  const wide = build.cast(context.asNode(x), scale.dtype);
  const zero = zeroPoint(context, x, scale);
  return build.mul(zero === undefined ? wide : build.sub(wide, zero), beside(context, x, scale));
}

function dequantized(context: DecodeContext, x: Value): Node | undefined {
  const numbers = isFolded(x) ? x.entries : isOp(x, "constant") ? x.attributes.value.data : undefined;
  const scale = knownValue(context.value(1))?.entries;
  const given = context.optional(2);
  const zero = given === undefined ? [0] : knownValue(given)?.entries;
  if (numbers === undefined || scale === undefined || zero === undefined) return undefined;
  // Both have to fit x.
  beside(context, x, context.node(1));
  zeroPoint(context, x, context.node(1));
  const shape = x.shape.map(Number);
  const axis = context.integer("axis", 1);
  const inner = sizeOf(shape.slice((axis < 0 ? axis + shape.length : axis) + 1));
  const of = (list: readonly unknown[], i: number): number =>
    Number(list[list.length === 1 ? 0 : Math.floor(i / inner) % list.length]);
  const values = Array.from(
    { length: numbers.length },
    (_, i) => (Number(numbers[i]) - of(zero, i)) * of(scale, i),
  );
  return constantNode(fromNumbers(values, shape, context.node(1).dtype));
}

/**
 * round(x/scale), kept within what the type holds, plus zero; in floats, which hold such integers exactly. Its derivative is
 * that of x/scale within the range and zero beyond: straight through the rounding, as quantized networks are trained.
 */
function quantize(context: DecodeContext): Value {
  const x = context.node(0);
  const scale = context.node(1);
  const [low, high] = rangeOf(context);
  const zero = zeroPoint(context, x, scale) ?? build.constant(0, scale.dtype);
  const ratio = build.div(build.cast(x, scale.dtype), beside(context, x, scale));
  const within = build.minimum(build.maximum(ratio, build.sub(low, zero)), build.sub(high, zero));
  const fixed = build.stopGradient(within);
  return build.add(build.add(within, build.sub(round(fixed), fixed)), zero);
}

function rangeOf(context: DecodeContext): readonly [number, number] {
  const zero = context.optional(2);
  const said = context.integer("output_dtype", ElementType.UNDEFINED);
  const type = (zero && foldedElementType(zero)) ?? (said || ElementType.UINT8);
  const range = ranges.get(type);
  if (range !== undefined) return range;
  throw context.unsupported(elementTypeName(type), "8 or 16 bits, with or without sign");
}

/** Numbers of few bits. */
export const quantizationDecoders: DecoderTable = {
  QuantizeLinear: { inputs: [2, 3], rows: "pointwise", decode: quantize },
  DequantizeLinear: { inputs: [2, 3], rows: "pointwise", decode: dequantize },
};
