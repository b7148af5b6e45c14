import type { Pair } from "../../attributes.js";
import * as build from "../../build.js";
import type { Node } from "../../node.js";
import { channelAffine } from "../../normalization.js";
import { bothAxes, reach } from "../../operators/convolution/convolution-geometry.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";
import { alsoOnLines } from "./lines.js";
import { alsoOnVolumes } from "./volumes.js";
import { decodeWindows, imageOf, paddingOf, pairOf } from "./windows.js";

/** Rows and columns of a weight [.., .., rows, columns]. */
function kernelOf(context: DecodeContext, weight: Node): Pair {
  const [, , rows, columns] = weight.shape.map(Number);
  if (weight.shape.length === 4 && rows !== undefined && columns !== undefined) return [rows, columns];
  throw context.unsupported(
    `a weight with ${weight.shape.length} axes`,
    "convolutions of lines, images or volumes: 3 to 5 axes",
  );
}

function conv(context: DecodeContext): Node {
  const [x, weight] = [context.node(0), context.node(1)];
  const windows = decodeWindows(context, x, kernelOf(context, weight));
  const groups = context.integer("group", 1);
  return build.conv(x, weight, context.optionalNode(2), { ...windows, groups });
}

/** The result's size is (inputs − 1)·stride + window − pads + output_padding, or given. */
function convTranspose(context: DecodeContext): Node {
  const [x, weight] = [context.node(0), context.node(1)];
  const image = imageOf(context, x);
  const kernel = kernelOf(context, weight);
  const strides = pairOf(context, "strides", [1, 1]);
  const dilations = pairOf(context, "dilations", [1, 1]);
  const open = pairOf(context, "output_padding", [0, 0]);
  const whole = bothAxes(
    (axis) => (image[axis] - 1) * strides[axis] + reach(kernel[axis], dilations[axis]) + open[axis],
  );
  const wanted = context.has("output_shape") ? pairOf(context, "output_shape", [0, 0]) : undefined;
  const pads = transposedPads(context, whole, wanted, strides, image);
  const extents = bothAxes((axis) => whole[axis] - pads[axis] - pads[axis === 0 ? 2 : 3]);
  if (open.some((width, axis) => width >= (strides[axis] ?? 1)))
    throw context.unsupported(`output_padding ${open}`, `less than the strides ${strides}`);
  if (pads.some((width) => width < 0)) throw context.unsupported(`pads ${pads}`, "none below 0");
  const groups = context.integer("group", 1);
  const result = build.convTranspose(x, weight, extents, { strides, dilations, pads, groups });
  return channelAffine(result, undefined, context.optionalNode(2));
}

/** Automatic padding aims at input size times stride. A given size is reached by padding, too, the lower end getting more. */
function transposedPads(
  context: DecodeContext,
  whole: Pair,
  wanted: Pair | undefined,
  strides: Pair,
  image: Pair,
): readonly [number, number, number, number] {
  if (wanted === undefined)
    return paddingOf(context, (axis) => Math.max(0, whole[axis] - image[axis] * strides[axis]));
  const total = bothAxes((axis) => whole[axis] - wanted[axis]);
  const less = bothAxes((axis) => Math.floor(total[axis] / 2));
  const more = bothAxes((axis) => Math.ceil(total[axis] / 2));
  return context.text("auto_pad", "NOTSET") === "SAME_UPPER" ? [...less, ...more] : [...more, ...less];
}

/** Convolutions of images. */
export const convolutionDecoders: DecoderTable = {
  Conv: alsoOnVolumes.conv(alsoOnLines({ inputs: [2, 3], rows: "images", decode: conv })),
  ConvTranspose: alsoOnVolumes.convTranspose(
    alsoOnLines({ inputs: [2, 3], rows: "images", decode: convTranspose }),
  ),
};
