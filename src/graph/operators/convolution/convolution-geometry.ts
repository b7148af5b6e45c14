import { fail, formatShape } from "../../../tensor/index.js";
import type { ConvAttributes, Pair, WindowAttributes } from "../../attributes.js";
import type { Extent, SymbolicShape } from "../../tensor-type.js";

/** Everything about one convolution: three tensors, the image, the weight and the result, and how they meet. */
export interface Geometry extends ConvAttributes {
  readonly batch: Extent;
  /** Channels of the image, of the result, within one group. */
  readonly inputs: number;
  readonly outputs: number;
  /** Height and width of the image, of a window, of the result. */
  readonly image: Pair;
  readonly kernel: Pair;
  readonly result: Pair;
}

export const imageShape = ({ batch, groups, inputs, image }: Geometry): SymbolicShape => [
  batch,
  groups * inputs,
  ...image,
];
export const weightShape = ({ groups, inputs, outputs, kernel }: Geometry): number[] => [
  groups * outputs,
  inputs,
  ...kernel,
];
export const resultShape = ({ batch, groups, outputs, result }: Geometry): SymbolicShape => [
  batch,
  groups * outputs,
  ...result,
];

/** Cells that a window spans along one axis. */
export const reach = (kernel: number, dilation: number): number => dilation * (kernel - 1) + 1;

/** Both axes, by a function of the axis: 0 for rows, 1 for columns. */
export const bothAxes = <T>(of: (axis: 0 | 1) => T): readonly [T, T] => [of(0), of(1)];

/** Number of windows along each axis; below 1 where the window is larger than the padded image. */
export const windowCounts = (
  image: Pair,
  kernel: Pair,
  { strides, pads, dilations }: WindowAttributes,
): Pair =>
  bothAxes((axis) => {
    const room = image[axis] + pads[axis] + pads[axis === 0 ? 2 : 3] - reach(kernel[axis], dilations[axis]);
    return Math.floor(room / strides[axis]) + 1;
  });

const positive = (values: readonly number[]): boolean =>
  values.every((value) => Number.isInteger(value) && value > 0);

/** @throws INVALID_ARGUMENT for strides, dilations or pads outside their ranges. */
export function requireWindows(what: string, kernel: Pair, attributes: WindowAttributes): void {
  const { strides, pads, dilations } = attributes;
  const legal =
    positive([...kernel, ...strides, ...dilations]) &&
    pads.every((width) => Number.isInteger(width) && width >= 0);
  if (legal) return;
  throw fail("INVALID_ARGUMENT", {
    what,
    expected: "positive kernel, strides and dilations, and pads that are not negative",
    received: `kernel ${kernel}, strides ${strides}, dilations ${dilations}, pads ${pads}`,
  });
}

/** Height and width of an image whose axes behind the first are static. */
export function imageExtents(what: string, shape: SymbolicShape): Pair {
  const [, channels, height, width] = shape;
  if (
    shape.length === 4 &&
    typeof channels === "number" &&
    typeof height === "number" &&
    typeof width === "number"
  )
    return [height, width];
  throw fail("SHAPE_MISMATCH", {
    what,
    expected: "an image [batch, channels, height, width] with the batch on its first axis alone",
    received: formatShape(shape),
  });
}

/**
 * The geometry of an image and a weight.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT.
 */
export function geometryOf(
  what: string,
  image: SymbolicShape,
  weight: SymbolicShape,
  { strides, pads, dilations, groups }: ConvAttributes,
): Geometry {
  const extents = imageExtents(what, image);
  const [channels = 0, inputs = 0, rows = 0, columns = 0] = weight.map(Number);
  const kernel: Pair = [rows, columns];
  const windows = { strides, pads, dilations };
  requireWindows(what, kernel, windows);
  const result = windowCounts(extents, kernel, windows);
  const fits =
    weight.length === 4 && positive([groups]) && channels % groups === 0 && image[1] === inputs * groups;
  if (fits && positive(result)) {
    const outputs = channels / groups;
    return { batch: image[0] ?? 1, groups, inputs, outputs, image: extents, kernel, result, ...windows };
  }
  throw fail("SHAPE_MISMATCH", {
    what,
    expected: fits
      ? "windows that fit into the padded image"
      : `a weight [outputs, ${Number(image[1]) / groups}, rows, columns] with outputs in ${groups} equal groups`,
    received: `image ${formatShape(image)}, weight ${formatShape(weight)}`,
  });
}

/** @throws SHAPE_MISMATCH unless the third tensor is what the geometry makes it. */
export function requireResult(what: string, geometry: Geometry, received: SymbolicShape): void {
  const expected = formatShape(resultShape(geometry));
  if (expected === formatShape(received)) return;
  throw fail("SHAPE_MISMATCH", { what, expected, received: formatShape(received) });
}
