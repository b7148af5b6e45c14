import type { Random } from "../../../tensor/index.js";
import type { Attributes, ConvAttributes } from "../../attributes.js";
import type { Example } from "../../operator.js";
import type { SymbolicShape } from "../../tensor-type.js";
import { example } from "../example.js";
import { type Geometry, geometryOf } from "./convolution-geometry.js";

/** A geometry from the image's and the weight's shape. */
function geometry(
  image: readonly number[],
  weight: readonly number[],
  { strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1], groups = 1 }: Partial<ConvAttributes> = {},
): Geometry {
  return geometryOf("example", image, weight, { strides, pads, dilations, groups });
}

/** Every way in which the lowerings differ: strides, paddings, dilations, groups, channel counts, kernels. */
export const geometries: readonly Geometry[] = [
  geometry([2, 2, 5, 4], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }),
  // few channels in, many out, and the other way round
  geometry([2, 1, 4, 5], [4, 1, 3, 3], { pads: [1, 1, 1, 1] }),
  geometry([2, 4, 4, 5], [1, 4, 3, 2], { pads: [1, 0, 1, 1] }),
  // 1x1, also with padding, which makes pads of the transposed convolution negative
  geometry([2, 2, 3, 3], [3, 2, 1, 1]),
  geometry([1, 2, 3, 3], [3, 2, 1, 1], { pads: [1, 1, 1, 1] }),
  // even kernel, asymmetric padding
  geometry([2, 2, 4, 5], [2, 2, 2, 4], { pads: [0, 2, 1, 1] }),
  // strides, dividing and not
  geometry([2, 2, 6, 5], [3, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
  geometry([1, 2, 7, 8], [2, 2, 2, 3], { strides: [3, 2], pads: [0, 1, 1, 0] }),
  geometry([2, 1, 5, 6], [4, 1, 1, 1], { strides: [2, 2] }),
  // dilation, alone and with strides
  geometry([2, 2, 6, 7], [2, 2, 3, 2], { dilations: [2, 3], pads: [2, 1, 1, 2] }),
  geometry([1, 2, 7, 7], [2, 2, 2, 2], { dilations: [2, 2], strides: [2, 3], pads: [1, 1, 1, 1] }),
  // groups, among them depthwise
  geometry([2, 4, 4, 4], [6, 2, 3, 3], { groups: 2, pads: [1, 1, 1, 1] }),
  geometry([2, 3, 5, 4], [3, 1, 3, 3], { groups: 3, pads: [1, 1, 1, 1], strides: [2, 1] }),
  geometry([1, 8, 3, 3], [2, 4, 2, 2], { groups: 2 }),
];

/** A use of conv or of a relative on tensors of these static shapes. */
export function convExample(
  random: Random,
  { strides, pads, dilations, groups }: ConvAttributes,
  extra: object,
  ...shapes: readonly SymbolicShape[]
): Example {
  const attributes = { strides, pads, dilations, groups, ...extra } as Attributes;
  return example(random, attributes, ...shapes.map((shape) => shape.map(Number)));
}
