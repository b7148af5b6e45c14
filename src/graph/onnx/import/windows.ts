import { formatShape } from "../../../tensor/index.js";
import type { Pair, WindowAttributes } from "../../attributes.js";
import type { Node } from "../../node.js";
import { bothAxes, reach } from "../../operators/convolution/convolution-geometry.js";
import type { Extent } from "../../tensor-type.js";
import type { DecodeContext } from "./context.js";

/** Where the windows of a node lie, with automatic padding and rounding up already turned into widths. */
export interface DecodedWindows extends WindowAttributes {
  readonly kernel: Pair;
  readonly image: Pair;
}

/** @throws UNSUPPORTED_OPERATOR unless the input is an image with the batch on its first axis alone. */
export function imageOf(context: DecodeContext, x: Node): Pair {
  const [, channels, height, width] = x.shape;
  if (x.shape.length === 4 && channels !== "batch" && isNumber(height) && isNumber(width))
    return [height, width];
  throw context.unsupported(
    formatShape(x.shape),
    "images [batch, channels, height, width]: two axes behind the channels, of fixed size",
  );
}

const isNumber = (extent: Extent | undefined): extent is number => typeof extent === "number";

/** Two numbers out of an attribute; a list of another length is no image operator's. */
export function pairOf(context: DecodeContext, name: string, fallback: Pair): Pair {
  const list = context.integerList(name);
  if (list === undefined) return fallback;
  const [rows, columns] = list;
  if (list.length === 2 && rows !== undefined && columns !== undefined) return [rows, columns];
  throw context.unsupported(`${name} [${list}]`, "two numbers, for rows and columns");
}

/** No image is so large: windows are lists of their cells. */
const farthest = 2 ** 16;

/** Strides, dilations and pads of a node over an image. */
export function decodeWindows(context: DecodeContext, x: Node, kernel: Pair): DecodedWindows {
  const image = imageOf(context, x);
  const strides = pairOf(context, "strides", [1, 1]);
  const dilations = pairOf(context, "dilations", [1, 1]);
  const settings = [...kernel, ...strides, ...dilations, ...(context.integerList("pads") ?? [])];
  const far = settings.find((setting) => Math.abs(setting) > farthest);
  if (far !== undefined) throw context.unsupported(`windows with ${far}`, `numbers up to ${farthest}`);
  const explicit = paddingOf(context, (axis) => {
    const outputs = Math.ceil(image[axis] / strides[axis]);
    const covered = (outputs - 1) * strides[axis] + reach(kernel[axis], dilations[axis]);
    return Math.max(0, covered - image[axis]);
  });
  return { kernel, image, strides, dilations, pads: explicit };
}

/** Widths of padding; `total` says how much automatic padding adds along an axis. */
export function paddingOf(context: DecodeContext, total: (axis: 0 | 1) => number): WindowAttributes["pads"] {
  const mode = context.text("auto_pad", "NOTSET");
  if (mode === "VALID") return [0, 0, 0, 0];
  if (mode === "SAME_UPPER" || mode === "SAME_LOWER") {
    const less = bothAxes((axis) => Math.floor(total(axis) / 2));
    const more = bothAxes((axis) => Math.ceil(total(axis) / 2));
    return mode === "SAME_UPPER" ? [...less, ...more] : [...more, ...less];
  }
  const [top = 0, left = 0, bottom = 0, right = 0] = context.integerList("pads") ?? [];
  return [top, left, bottom, right];
}

/**
 * Cells to add behind an image so that windows counted by rounding up fit: a last window that begins inside the image
 * or the padding before it counts.
 */
export function ceilingPads(context: DecodeContext, windows: DecodedWindows): Pair {
  if (context.integer("ceil_mode", 0) === 0) return [0, 0];
  const { image, kernel, strides, pads, dilations } = windows;
  return bothAxes((axis) => {
    const padded = image[axis] + pads[axis] + pads[axis === 0 ? 2 : 3];
    const last = Math.ceil((padded - reach(kernel[axis], dilations[axis])) / strides[axis]);
    const begins = last * strides[axis] < image[axis] + pads[axis];
    const count = begins ? last + 1 : last;
    const covered = (count - 1) * strides[axis] + reach(kernel[axis], dilations[axis]);
    return Math.max(0, covered - padded);
  });
}
