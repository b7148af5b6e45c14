import type { Pair } from "../../attributes.js";
import type { Emitter } from "../../operator.js";
import { columnsOf, groupColumns } from "./convolution-encode.js";
import { bothAxes, type Geometry, weightShape } from "./convolution-geometry.js";
import { padPlane, reshapeBehindBatch, tapsOf } from "./plane-encode.js";

/**
 * Where one side has at most a third of the other's channels, all its shifted copies become one matrix; where they are
 * similar, the shifts are divided over both sides, rows to one and columns to the other, and no copy is joined.
 */
const lopsided = ({ inputs, outputs }: Geometry): boolean =>
  3 * Math.min(inputs, outputs) <= Math.max(inputs, outputs);

/**
 * Weight gradient as matrix products: one a sample, then a sum over the batch, which also keeps the digits.
 * The side with the shifted copies stands left: that order is faster (docs/engine.md).
 */
export function encodeConvWeight(
  emitter: Emitter,
  [x = "", g = ""]: readonly string[],
  geometry: Geometry,
): string {
  const { kernel, strides, inputs, outputs } = geometry;
  const dense = strides.every((stride) => stride === 1);
  if (dense && kernel[0] * kernel[1] > 1 && !lopsided(geometry))
    return byDividedShifts(emitter, x, g, geometry);
  return dense && outputs < inputs
    ? byColumnsOfResult(emitter, x, g, geometry)
    : byColumnsOfImage(emitter, x, g, geometry);
}

/** Σ over the batch of A·Bᵀ, [1, groups, rows of A, rows of B], for many A with few B. */
function productsOverBatch(emitter: Emitter, rights: readonly string[]): (a: string, i: number) => string {
  const fused = emitter.target === "onnxruntime";
  const turned = rights.map((b) => (fused ? b : emitter.node("Transpose", [b], { perm: [0, 1, 3, 2] })));
  return (a, i) => {
    const b = turned[i] ?? "";
    const products = fused
      ? emitter.node("FusedMatMul", [a, b], { transB: 1 }, "com.microsoft")
      : emitter.node("MatMul", [a, b]);
    return emitter.node("ReduceSum", [products, emitter.int64([0])], { keepdims: 1 });
  };
}

/** Reorders [groups, …] with axes named by `perm` to the weight's [groups·outputs, inputs, rows, columns]. */
function asWeight(
  emitter: Emitter,
  x: string,
  shape: readonly number[],
  perm: readonly number[],
  geometry: Geometry,
): string {
  const split = emitter.node("Reshape", [x, emitter.int64(shape)]);
  const ordered = emitter.node("Transpose", [split], { perm });
  return emitter.node("Reshape", [ordered, emitter.int64(weightShape(geometry))]);
}

/** The image's windows as columns, any strides. */
function byColumnsOfImage(emitter: Emitter, x: string, g: string, geometry: Geometry): string {
  const { groups, inputs, outputs, kernel, result } = geometry;
  const right = reshapeBehindBatch(emitter, g, groups, outputs, result[0] * result[1]);
  const product = productsOverBatch(emitter, [right])(columnsOf(emitter, x, geometry), 0);
  const shape = [groups, kernel[0] * kernel[1], inputs, outputs];
  return asWeight(emitter, product, shape, [0, 3, 2, 1], geometry);
}

/** The cotangent shifted against the image as columns; strides are 1. */
function byColumnsOfResult(emitter: Emitter, x: string, g: string, geometry: Geometry): string {
  const { groups, inputs, outputs, kernel, image } = geometry;
  const copies = tapsOf(kernel).map((tap) => padPlane(emitter, g, shiftOfResult(geometry, tap)));
  const left = groupColumns(emitter, copies, groups, outputs, image[0] * image[1]);
  const right = reshapeBehindBatch(emitter, x, groups, inputs, image[0] * image[1]);
  const product = productsOverBatch(emitter, [right])(left, 0);
  const shape = [groups, kernel[0] * kernel[1], outputs, inputs];
  return asWeight(emitter, product, shape, [0, 2, 3, 1], geometry);
}

/** Pads that lay the result over the image where a tap of each window meets it; strides are 1. */
function shiftOfResult({ image, result, pads, dilations }: Geometry, tap: Pair): number[] {
  const before = bothAxes((axis) => tap[axis] * dilations[axis] - pads[axis]);
  return [...before, ...bothAxes((axis) => image[axis] - result[axis] - before[axis])];
}

/**
 * Row shifts of the cotangent and column shifts of the image: kernel rows + kernel columns copies instead of their
 * product, and one matrix product a tap. Strides are 1.
 */
function byDividedShifts(emitter: Emitter, x: string, g: string, geometry: Geometry): string {
  const { groups, inputs, outputs, image, kernel, result } = geometry;
  const cells = image[0] * result[1];
  const rights = Array.from({ length: kernel[0] }, (_, row) => {
    const [top = 0, , bottom = 0] = shiftOfResult(geometry, [row, 0]);
    return reshapeBehindBatch(emitter, padPlane(emitter, g, [top, 0, bottom, 0]), groups, outputs, cells);
  });
  const lefts = Array.from({ length: kernel[1] }, (_, column) => {
    const [, left = 0, , right = 0] = shiftOfResult(geometry, [0, column]).map((width) => -width);
    return reshapeBehindBatch(emitter, padPlane(emitter, x, [0, left, 0, right]), groups, inputs, cells);
  });
  const product = productsOverBatch(emitter, rights);
  const taps = tapsOf(kernel).map(([row, column]) => product(lefts[column] ?? "", row));
  const joined = emitter.node("Concat", taps, { axis: 0 });
  const shape = [kernel[0] * kernel[1], groups, inputs, outputs];
  return asWeight(emitter, joined, shape, [1, 3, 2, 0], geometry);
}
