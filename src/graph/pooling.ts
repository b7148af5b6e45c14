import { type DType, fail, fromNumbers, type Tensor } from "../tensor/index.js";
import type { Pair, WindowAttributes } from "./attributes.js";
import { constant, matmul, transpose } from "./build.js";
import { mean } from "./compose.js";
import type { Node } from "./node.js";
import {
  bothAxes,
  imageExtents,
  reach,
  requireWindows,
} from "./operators/convolution/convolution-geometry.js";
import { plainWindows } from "./windows.js";

/** The cells of one axis that one output averages, and by what their sum is divided. */
interface Share {
  readonly cells: readonly number[];
  readonly divisor: number;
}

/** Strides (default: the kernel), pads (0) and dilations (1) of the windows. */
export interface AveragePoolOptions extends Partial<WindowAttributes> {
  /** Divides by the whole window, padding and all, as PyTorch does by default. Default true. */
  readonly countIncludePad?: boolean;
}

/**
 * Mean under each window of an image [n, c, h, w]; strides default to the kernel.
 * Windows are products of intervals, so an average over them is a product with a small matrix along each axis:
 * any padding and stride, float64 as well, and derivatives that are products again.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT.
 */
export function averagePool(x: Node, kernel: Pair, options: AveragePoolOptions = {}): Node {
  const { countIncludePad = true, ...given } = options;
  const windows: WindowAttributes = { ...plainWindows, strides: kernel, ...given };
  requireWindows("averagePool", kernel, windows);
  const image = imageExtents("averagePool", x.shape);
  const shares = bothAxes((axis) => windowShares(image[axis], kernel[axis], windows, axis, countIncludePad));
  if (shares.every((list) => list.length > 0 && list.every(({ divisor }) => divisor > 0)))
    return averaged(x, shares);
  throw fail("SHAPE_MISMATCH", {
    what: "averagePool",
    expected: "windows that fit into the padded image and touch it",
    received: `kernel ${kernel} on ${image[0]} by ${image[1]}, pads ${windows.pads}`,
  });
}

function windowShares(
  size: number,
  kernel: number,
  { strides, pads, dilations }: WindowAttributes,
  axis: 0 | 1,
  countIncludePad: boolean,
): Share[] {
  const padded = size + pads[axis] + pads[axis === 0 ? 2 : 3];
  const count = Math.floor((padded - reach(kernel, dilations[axis])) / strides[axis]) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, window) => {
    const all = Array.from(
      { length: kernel },
      (_unused, tap) => window * strides[axis] + tap * dilations[axis] - pads[axis],
    );
    const cells = all.filter((cell) => cell >= 0 && cell < size);
    return { cells, divisor: countIncludePad ? kernel : cells.length };
  });
}

/**
 * Means over a grid of windows that cover the image [n, c, h, w] evenly, whatever its size: output i of n averages cells
 * ⌊i·size/n⌋ to ⌈(i + 1)·size/n⌉, as PyTorch's `AdaptiveAvgPool2d`.
 */
export function adaptiveAveragePool(x: Node, counts: Pair): Node {
  if (counts.every((count) => count === 1)) return mean(x, [2, 3], true);
  const image = imageExtents("adaptiveAveragePool", x.shape);
  return averaged(
    x,
    bothAxes((axis) =>
      Array.from({ length: counts[axis] }, (_, i) => {
        const start = Math.floor((i * image[axis]) / counts[axis]);
        const end = Math.ceil(((i + 1) * image[axis]) / counts[axis]);
        return {
          cells: Array.from({ length: end - start }, (_unused, j) => start + j),
          divisor: end - start,
        };
      }),
    ),
  );
}

/**
 * Each axis in turn as the last one, multiplied from the right: one Gemm for all images. The permutations are not mere
 * exchanges of the last two axes, which ONNX Runtime would fuse into a product that refuses an empty batch.
 */
function averaged(x: Node, [rows, columns]: readonly [readonly Share[], readonly Share[]]): Node {
  const [height, width] = imageExtents("averagePool", x.shape);
  const byRows = matmul(transpose(x, [0, 3, 1, 2]), constant(shareMatrix(rows, height, x.dtype)));
  return matmul(transpose(byRows, [0, 2, 3, 1]), constant(shareMatrix(columns, width, x.dtype)));
}

/** One column an output. */
function shareMatrix(shares: readonly Share[], size: number, dtype: DType): Tensor {
  const values = new Float64Array(size * shares.length);
  for (const [column, { cells, divisor }] of shares.entries())
    for (const cell of cells) values[cell * shares.length + column] = 1 / divisor;
  return fromNumbers(values, [size, shares.length], dtype);
}
