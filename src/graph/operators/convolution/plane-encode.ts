import type { Pair } from "../../attributes.js";
import type { Emitter } from "../../operator.js";
import { bothAxes } from "./convolution-geometry.js";

/** Zeros around rows and columns; negative widths cut. */
export function padPlane(emitter: Emitter, x: string, [top, left, bottom, right]: readonly number[]): string {
  const pads = [top, left, bottom, right].map((width) => width ?? 0);
  if (pads.every((width) => width === 0)) return x;
  const [before, after] = [pads.slice(0, 2), pads.slice(2)];
  return emitter.node("Pad", [x, emitter.int64([0, 0, ...before, 0, 0, ...after])]);
}

/** `counts` rows and columns from `starts` on, `strides` apart. */
export function slicePlane(emitter: Emitter, x: string, starts: Pair, counts: Pair, strides: Pair): string {
  const ends = bothAxes((axis) => starts[axis] + (counts[axis] - 1) * strides[axis] + 1);
  const vectors = [starts, ends, [2, 3], strides].map((values) => emitter.int64(values));
  return emitter.node("Slice", [x, ...vectors]);
}

/** The same elements under another shape; the leading axis, the batch, stays as it is. */
export const reshapeBehindBatch = (emitter: Emitter, x: string, ...shape: readonly number[]): string =>
  emitter.node("Reshape", [x, emitter.int64([0, ...shape])]);

/** All pairs of positions of a window, row by row. */
export const tapsOf = ([rows, columns]: Pair): Pair[] =>
  Array.from({ length: rows * columns }, (_, i): Pair => [Math.floor(i / columns), i % columns]);
