import { fromNumbers } from "../../../tensor/index.js";
import * as build from "../../build.js";
import type { Node } from "../../node.js";
import { reach } from "../../operators/convolution/convolution-geometry.js";
import { requireListable } from "./budget.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";
import { paddingOf, pairOf } from "./windows.js";

/**
 * Windows [batch, channels·cells, windows] added up where they lie in an image: every cell of a window is a channel, and the
 * transpose of a convolution that copies one cell puts it in its place.
 */
function col2im(context: DecodeContext): Node {
  const x = context.node(0);
  const [batch = 1, ...sizes] = x.shape;
  const [columns, windows] = sizes.map(Number);
  const [image, block] = [context.integers(1, "image_shape"), context.integers(2, "block_shape")];
  const [height = 0, width = 0] = image;
  const [rows = 0, cells = 0] = block;
  if (x.shape.length !== 3 || image.length !== 2 || block.length !== 2 || columns === undefined)
    throw context.unsupported("another number of axes", "windows [batch, numbers, windows] over images");
  const strides = pairOf(context, "strides", [1, 1]);
  const dilations = pairOf(context, "dilations", [1, 1]);
  const pads = paddingOf(context, () => 0);
  const along = (axis: 0 | 1): number => {
    const padded = (image[axis] ?? 0) + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0);
    return Math.floor((padded - reach(block[axis] ?? 0, dilations[axis])) / strides[axis]) + 1;
  };
  const area = rows * cells;
  const channels = columns / area;
  const [down, across] = [along(0), along(1)];
  if (!Number.isInteger(channels) || !(channels >= 1) || !(down >= 1) || down * across !== windows)
    throw context.unsupported(
      `windows ${sizes.join(" × ")}`,
      `channels · ${area} numbers of ${down * across} windows`,
    );
  requireListable(columns * area, "windows of an image");
  const unit = Array.from({ length: columns * area }, (_, i) =>
    i % area === Math.floor(i / area) % area ? 1 : 0,
  );
  const weight = build.constant(fromNumbers(unit, [columns, 1, rows, cells], x.dtype));
  const grid = build.reshape(x, [batch, columns, down, across]);
  // Every cell has a group of its own; those of one channel are then added up.
  const placed = build.convTranspose(grid, weight, [height, width], {
    ...{ strides, dilations, pads },
    groups: columns,
  });
  return build.reduceSum(build.reshape(placed, [batch, channels, area, height, width]), [2]);
}

/** Images out of windows: `F.fold`. */
export const columnDecoders: DecoderTable = {
  Col2Im: { inputs: [3, 3], rows: "images", decode: col2im },
};
