import type { DType } from "../../../tensor/index.js";
import type { Pair } from "../../attributes.js";
import { constantValue, type Node } from "../../node.js";
import type { Emitter, OnnxAttributes } from "../../operator.js";
import { blockedConvolution, blockFor } from "./convolution-blocks.js";
import { bothAxes, type Geometry, reach, weightShape } from "./convolution-geometry.js";
import { padPlane, reshapeBehindBatch, slicePlane, tapsOf } from "./plane-encode.js";

const onnxAttributes = ({ strides, pads, dilations, groups, kernel }: Geometry): OnnxAttributes => ({
  strides,
  pads,
  dilations,
  group: groups,
  kernel_shape: kernel,
});

/** ONNX Runtime has no float64 kernel for Conv and ConvTranspose: there it is a product with the windows as columns. */
const lacksKernel = (dtype: DType): boolean => dtype === "float64";

/**
 * Whether a convolution of stride 1 makes few channels out of many: ONNX Runtime's CPU kernel of Conv then multiplies a
 * matrix of few rows, and ConvTranspose with the weight turned round takes half the time or less (docs/engine.md).
 * Not for weights in blocks, such as constant ones, which Conv lays out at load.
 */
function isNarrow(emitter: Emitter, weight: Node | undefined, geometry: Geometry): boolean {
  const { inputs, outputs } = geometry;
  const few = emitter.target === "onnxruntime" && 5 * outputs <= 2 * inputs;
  return few && constantValue(weight) === undefined && blockFor(emitter, weight, geometry) === undefined;
}

const isDense = ({ strides }: Geometry): boolean => strides.every((stride) => stride === 1);

/** Conv with the bias as its third input, so that it fuses with the activation behind it. */
export function encodeConv(
  emitter: Emitter,
  inputs: readonly string[],
  node: Node,
  geometry: Geometry,
): string {
  const [x = "", weight = "", ...bias] = inputs;
  if (lacksKernel(node.dtype)) return withBias(emitter, productOfColumns(emitter, x, weight, geometry), bias);
  const turned = turnedGeometry(geometry);
  if (isDense(geometry) && isNarrow(emitter, node.inputs[1], geometry) && isPadded(turned)) {
    const operands = [x, turnedWeight(emitter, weight, geometry), ...bias];
    return emitter.node("ConvTranspose", operands, onnxAttributes(turned));
  }
  return convolution(emitter, [x, weight, ...bias], node.inputs[1], geometry);
}

/** Conv, in blocks of channels where that is faster. */
function convolution(
  emitter: Emitter,
  operands: readonly string[],
  weight: Node | undefined,
  geometry: Geometry,
): string {
  const attributes = onnxAttributes(geometry);
  const block = blockFor(emitter, weight, geometry);
  return block === undefined
    ? emitter.node("Conv", operands, attributes)
    : blockedConvolution(emitter, operands, block, geometry, attributes);
}

const isPadded = ({ pads }: Geometry): boolean => pads.every((width) => width >= 0);

function withBias(emitter: Emitter, result: string, [bias]: readonly string[]): string {
  if (bias === undefined) return result;
  return emitter.node("Add", [result, emitter.node("Reshape", [bias, emitter.int64([-1, 1, 1])])]);
}

/**
 * Stride 1: Conv with the weight turned round, twice as fast as ConvTranspose unless it makes few channels out of many.
 * Larger strides: ConvTranspose; in float64 the same Conv over the cotangent with zeros between its cells.
 */
export function encodeConvTranspose(
  emitter: Emitter,
  [g = "", weight = ""]: readonly string[],
  node: Node,
  geometry: Geometry,
): string {
  const dense = isDense(geometry);
  const turned = turnedGeometry(geometry);
  if (lacksKernel(node.dtype)) {
    const spread = dense ? g : spreadCells(emitter, g, geometry);
    return productOfColumns(emitter, spread, turnedWeight(emitter, weight, geometry), turned);
  }
  if (dense && isPadded(turned) && !isNarrow(emitter, node.inputs[1], turned))
    return convolution(emitter, [g, turnedWeight(emitter, weight, geometry)], node.inputs[1], turned);
  return emitter.node("ConvTranspose", [g, weight], {
    ...onnxAttributes(geometry),
    output_padding: openCells(geometry),
  });
}

/** Cells at the end of the image that no window touches because the strides do not divide it. */
const openCells = ({ image, kernel, result, strides, pads, dilations }: Geometry): Pair =>
  bothAxes((axis) => {
    const covered = strides[axis] * (result[axis] - 1) + reach(kernel[axis], dilations[axis]);
    return image[axis] + pads[axis] + pads[axis === 0 ? 2 : 3] - covered;
  });

/** The convolution of stride 1 that takes the result, zeros inserted for the strides, back to the image. */
function turnedGeometry(geometry: Geometry): Geometry {
  const { inputs, outputs, image, kernel, result, strides, pads, dilations } = geometry;
  const spread = bothAxes((axis) => result[axis] * strides[axis]);
  const last = bothAxes((axis) => reach(kernel[axis], dilations[axis]) - 1);
  const before = bothAxes((axis) => last[axis] - pads[axis]);
  const after = bothAxes((axis) => image[axis] - spread[axis] + last[axis] - before[axis]);
  return {
    ...geometry,
    inputs: outputs,
    outputs: inputs,
    image: spread,
    result: image,
    strides: [1, 1],
    pads: [...before, ...after],
  };
}

/** Inputs and outputs exchanged within each group, rows and columns reversed. */
function turnedWeight(emitter: Emitter, weight: string, geometry: Geometry): string {
  const { groups, inputs, outputs, kernel } = geometry;
  const exchanged =
    groups === 1
      ? emitter.node("Transpose", [weight], { perm: [1, 0, 2, 3] })
      : emitter.node("Reshape", [
          emitter.node(
            "Transpose",
            [emitter.node("Reshape", [weight, emitter.int64([groups, outputs, inputs, ...kernel])])],
            { perm: [0, 2, 1, 3, 4] },
          ),
          emitter.int64([groups * inputs, outputs, ...kernel]),
        ]);
  if (kernel.every((size) => size === 1)) return exchanged;
  const vectors = [[-1, -1], kernel.map((size) => -size - 1), [2, 3], [-1, -1]].map((values) =>
    emitter.int64(values),
  );
  return emitter.node("Slice", [exchanged, ...vectors]);
}

/** Zeros behind every row and column, as many as the strides skip. */
function spreadCells(emitter: Emitter, g: string, { groups, outputs, result, strides }: Geometry): string {
  const [height, width] = result;
  const split = reshapeBehindBatch(emitter, g, groups * outputs, height, 1, width, 1);
  const behind = [0, 0, 0, strides[0] - 1, 0, strides[1] - 1];
  const padded = emitter.node("Pad", [split, emitter.int64([0, 0, 0, 0, 0, 0, ...behind])]);
  return reshapeBehindBatch(emitter, padded, groups * outputs, height * strides[0], width * strides[1]);
}

/** The windows of an image, [n, groups, taps·inputs, cells of the result]. */
export function columnsOf(emitter: Emitter, x: string, geometry: Geometry): string {
  const { groups, inputs, kernel, result, strides, dilations, pads } = geometry;
  const padded = padPlane(emitter, x, pads);
  const taps = tapsOf(kernel).map((tap) => {
    const starts = bothAxes((axis) => tap[axis] * dilations[axis]);
    return slicePlane(emitter, padded, starts, result, strides);
  });
  return groupColumns(emitter, taps, groups, inputs, result[0] * result[1]);
}

/** Shifted copies [n, groups·channels, …] as one matrix a group: [n, groups, copies·channels, cells]. */
export function groupColumns(
  emitter: Emitter,
  copies: readonly string[],
  groups: number,
  channels: number,
  cells: number,
): string {
  const [first = ""] = copies;
  const joined = copies.length === 1 ? first : emitter.node("Concat", copies, { axis: 1 });
  const rows = copies.length * channels;
  if (groups === 1 || copies.length === 1) return reshapeBehindBatch(emitter, joined, groups, rows, cells);
  const split = reshapeBehindBatch(emitter, joined, copies.length, groups, channels, cells);
  const byGroup = emitter.node("Transpose", [split], { perm: [0, 2, 1, 3, 4] });
  return reshapeBehindBatch(emitter, byGroup, groups, rows, cells);
}

/** The convolution as one matrix product a sample and group, without bias. */
function productOfColumns(emitter: Emitter, x: string, weight: string, geometry: Geometry): string {
  const { groups, inputs, outputs, result } = geometry;
  const taps = geometry.kernel[0] * geometry.kernel[1];
  const split = emitter.node("Reshape", [weight, emitter.int64([groups, outputs, inputs, taps])]);
  const matrix = emitter.node("Reshape", [
    emitter.node("Transpose", [split], { perm: [0, 1, 3, 2] }),
    emitter.int64([groups, outputs, taps * inputs]),
  ]);
  const product = emitter.node("MatMul", [matrix, columnsOf(emitter, x, geometry)]);
  return reshapeBehindBatch(emitter, product, Number(weightShape(geometry)[0]), ...result);
}
