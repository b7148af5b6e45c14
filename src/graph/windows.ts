import { applyOperator } from "./apply.js";
import type { ConvAttributes, Pair, WindowAttributes } from "./attributes.js";
import type { Node } from "./node.js";

/** Windows side by side on every cell, without padding. */
export const plainWindows: WindowAttributes = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] };

/** Windows out of options that may hold more: equal applications must have equal attributes to be one node. */
const windowsOf = ({
  strides = plainWindows.strides,
  pads = plainWindows.pads,
  dilations = plainWindows.dilations,
}: Partial<WindowAttributes>): WindowAttributes => ({ strides, pads, dilations });

const attributesOf = ({ groups = 1, ...windows }: Partial<ConvAttributes>): ConvAttributes => ({
  ...windowsOf(windows),
  groups,
});

/**
 * Convolution (cross-correlation, as in every deep-learning library) of an image x [n, c, h, w] with a weight
 * [outputs, c/groups, rows, columns], plus a bias [outputs].
 */
export const conv = (x: Node, weight: Node, bias?: Node, options: Partial<ConvAttributes> = {}): Node =>
  applyOperator("conv", bias === undefined ? [x, weight] : [x, weight, bias], attributesOf(options));

/**
 * The transpose of `conv` with respect to its image: g of conv's result type -> an image of height and width `extents`.
 * The weight is laid out as conv's.
 */
export const convTranspose = (
  g: Node,
  weight: Node,
  extents: Pair,
  options: Partial<ConvAttributes> = {},
): Node => applyOperator("convTranspose", [g, weight], { ...attributesOf(options), extents });

/** The transpose of `conv` with respect to its weight: an image and g of conv's result type -> a weight. */
export const convWeight = (x: Node, g: Node, kernel: Pair, options: Partial<ConvAttributes> = {}): Node =>
  applyOperator("convWeight", [x, g], { ...attributesOf(options), kernel });

/** Largest value under each window; padding never wins. The derivative goes to the first of equal ones. */
export const maxPool = (x: Node, kernel: Pair, options: Partial<WindowAttributes> = {}): Node =>
  applyOperator("maxPool", [x], { ...windowsOf({ strides: kernel, ...options }), kernel });
