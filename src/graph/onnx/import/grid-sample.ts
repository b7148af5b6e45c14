import { formatShape, fromNumbers, sizeOf } from "../../../tensor/index.js";
import * as build from "../../build.js";
import type { Node } from "../../node.js";
import { requireListable } from "./budget.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";
import { floor, round } from "./rounding.js";

/** How positions along one axis are meant. */
interface AxisReading {
  readonly size: number;
  /** Whether −1 and 1 are the centers of the outermost cells; else their outer edges. */
  readonly alignCorners: boolean;
  readonly padding: string;
}

/** Cells along an axis that a position is read from, with their weights. */
interface Cell {
  /** Within the image. */
  readonly index: Node;
  /** Zero outside of the image, where nothing stands for it. */
  readonly weight: Node;
}

/** Positions of −1 to 1 as numbers of cells. */
const position = (g: Node, { size, alignCorners }: AxisReading): Node =>
  alignCorners
    ? build.mul(build.add(g, 1), (size - 1) / 2)
    : build.sub(build.mul(build.add(g, 1), size / 2), 0.5);

/** Inside the image where the padding repeats it. */
function padded(x: Node, { size, alignCorners, padding }: AxisReading): Node {
  if (padding === "zeros") return x;
  const low = alignCorners ? 0 : -0.5;
  const inside = padding === "reflection" ? reflected(x, low, size - 1 - 2 * low) : x;
  return build.minimum(build.maximum(inside, 0), size - 1);
}

/** Back and forth between low and low + length. */
function reflected(x: Node, low: number, length: number): Node {
  if (length <= 0) return build.mul(x, 0);
  const from = build.abs(build.sub(x, low));
  const rounds = floor(build.mul(from, 1 / (2 * length)));
  const within = build.sub(from, build.mul(rounds, 2 * length));
  return build.sub(low + length, build.abs(build.sub(within, length)));
}

/** NaN, too, is read from a cell of the image: with a weight of NaN, or none. */
function cellAt(x: Node, weight: Node | undefined, { size, padding }: AxisReading): Cell {
  const last = size - 1;
  const index = build.where(build.less(0, x), build.where(build.less(x, last), x, last), 0);
  const own = weight ?? build.add(build.mul(x, 0), 1);
  if (padding !== "zeros") return { index, weight: own };
  const known = build.where(build.less(-1, x), build.where(build.less(x, size), own, 0), 0);
  return { index, weight: known };
}

function cellsOf(g: Node, mode: string, reading: AxisReading): Cell[] {
  const place = position(g, reading);
  if (mode === "cubic") return cubicCells(place, reading);
  const x = padded(place, reading);
  if (mode === "nearest") return [cellAt(round(x), undefined, reading)];
  const below = floor(x);
  const share = build.sub(x, below);
  return [cellAt(below, build.sub(1, share), reading), cellAt(build.add(below, 1), share, reading)];
}

/** Weights of four cells around a share of the way from the second to the third, by Keys' cubic with a = −3/4. */
function cubicCells(place: Node, reading: AxisReading): Cell[] {
  const below = floor(place);
  const share = build.sub(place, below);
  const polynomial = (t: Node, ...coefficients: readonly number[]): Node =>
    coefficients.reduce<Node>((sum, c) => build.add(build.mul(sum, t), c), build.mul(t, 0));
  const near = (t: Node): Node => polynomial(t, 1.25, -2.25, 0, 1);
  const far = (t: Node): Node => polynomial(t, -0.75, 3.75, -6, 3);
  const rest = build.sub(1, share);
  const weights = [far(build.add(share, 1)), near(share), near(rest), far(build.add(rest, 1))];
  return weights.map((weight, i) => cellAt(padded(build.add(below, i - 1), reading), weight, reading));
}

/** Images [batch, channels, height, width] and volumes [batch, channels, depth, height, width]. */
function gridSample(context: DecodeContext): Node {
  const [x, grid] = [context.node(0), context.node(1)];
  const mode = context.text("mode", "linear").replace(/^bi(linear|cubic)$/, "$1");
  const padding = context.text("padding_mode", "zeros");
  const alignCorners = context.integer("align_corners", 0) !== 0;
  if (!["linear", "nearest", "cubic"].includes(mode))
    throw context.unsupported(`mode ${mode}`, "linear, nearest or cubic");
  if (!["zeros", "border", "reflection"].includes(padding))
    throw context.unsupported(`padding_mode ${padding}`, "zeros, border or reflection");
  const [batch = 1, c = 0, ...sizes] = x.shape.map((extent) =>
    extent === "batch" ? extent : Number(extent),
  );
  const wanted = grid.shape.slice(1, -1).map(Number);
  const fits =
    [2, 3].includes(sizes.length) && grid.shape.length === x.shape.length && grid.shape[0] === batch;
  const known = [c, ...sizes, ...wanted].every((size) => Number(size) >= 1);
  if (!fits || !known || grid.shape.at(-1) !== sizes.length)
    throw context.unsupported(
      `${formatShape(x.shape)} at ${formatShape(grid.shape)}`,
      "images [batch, channels, height, width] at places [batch, rows, columns, 2], or volumes at places of 3",
    );
  const [cells, places] = [sizeOf(sizes.map(Number)), sizeOf(wanted)];
  requireListable(cells + places, "places of an image");
  // The last number of a place belongs to the first axis.
  const around = sizes.map((size, axis) => {
    const at = sizes.length - 1 - axis;
    const g = build.reshape(build.slice(grid, grid.shape.length - 1, at, at + 1), [batch, 1, places]);
    return cellsOf(g, mode, { size: Number(size), alignCorners, padding });
  });
  const [first = [], ...others] = around;
  const corners = others.reduce<readonly Cell[]>(
    (rows, columns, i) =>
      columns.flatMap((column) =>
        rows.map((row) => ({
          index: build.add(build.mul(row.index, Number(sizes[i + 1])), column.index),
          weight: build.mul(row.weight, column.weight),
        })),
      ),
    first,
  );
  const pixels = build.reshape(x, [batch, c, cells]);
  const parts = corners.map(({ index, weight }) => {
    const indices = build.expand(build.cast(index, "int64"), [batch, c, places], x);
    return build.mul(build.gatherElements(pixels, indices), weight);
  });
  return build.reshape(build.sum(...parts), [batch, c, ...wanted]);
}

/** Places of an image under maps [batch, 2, 3] of the plane. */
function affineGrid(context: DecodeContext): Node {
  const theta = context.node(0);
  const size = context
    .counts(1, "size")
    .entries.slice(1)
    .map((entry) => context.fixed(entry, "size"));
  const [, height = 0, width = 0] = size;
  const [batch = 1, two, three] = theta.shape;
  if (size.length !== 3 || theta.shape.length !== 3 || two !== 2 || three !== 3)
    throw context.unsupported(`maps ${formatShape(theta.shape)}`, "[batch, 2, 3], of images");
  requireListable(3 * height * width, "places of an image");
  const isAligned = context.integer("align_corners", 0) !== 0;
  const center = (i: number, count: number): number => {
    if (!isAligned) return (2 * i + 1) / count - 1;
    return count > 1 ? (2 * i) / (count - 1) - 1 : 0;
  };
  const places = Array.from({ length: height * width }, (_, i) => i);
  const plane = [
    ...places.map((i) => center(i % width, width)),
    ...places.map((i) => center(Math.floor(i / width), height)),
    ...places.map(() => 1),
  ];
  const base = build.constant(fromNumbers(plane, [3, height * width], theta.dtype));
  return build.reshape(build.transpose(build.matmul(theta, base), [0, 2, 1]), [batch, height, width, 2]);
}

/** Images read at places that follow from data. */
export const gridSampleDecoders: DecoderTable = {
  GridSample: { inputs: [2, 2], decode: gridSample },
  AffineGrid: { inputs: [2, 2], decode: affineGrid },
};
