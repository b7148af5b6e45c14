import { fail, formatShape, fromNumbers, sizeOf } from "../../tensor/index.js";
import type { OperatorAttributes, Pair } from "../attributes.js";
import type { Builder } from "../builder.js";
import type { Node } from "../node.js";
import type { Operator } from "../operator.js";
import {
  bothAxes,
  imageExtents,
  reach,
  requireWindows,
  windowCounts,
} from "./convolution/convolution-geometry.js";
import { tapsOf } from "./convolution/plane-encode.js";
import { example, only } from "./example.js";
import { movesElements } from "./kinds.js";

type MaxPool = OperatorAttributes["maxPool"];

/** One position of every window at once: on which row and column of the image each window has it. */
interface Tap {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

function tapsOver(image: Pair, attributes: MaxPool): Tap[] {
  const { kernel, strides, pads, dilations } = attributes;
  const counts = windowCounts(image, kernel, attributes);
  return tapsOf(kernel).map((tap) => {
    const [rows, columns] = bothAxes((axis) =>
      Array.from(
        { length: counts[axis] },
        (_, window) => window * strides[axis] + tap[axis] * dilations[axis] - pads[axis],
      ),
    );
    return { rows, columns };
  });
}

/** Flat positions in the image that the windows have at a tap, −1 on padding: [h′, w′]. */
const positionsOf = ({ rows, columns }: Tap, [height, width]: Pair): number[] =>
  rows.flatMap((row) =>
    columns.map((column) =>
      row >= 0 && row < height && column >= 0 && column < width ? row * width + column : -1,
    ),
  );

/** Flat position in the image of each window's first largest value, int64 [n, c, h′·w′]. */
function winners(build: Builder, x: Node, y: Node, attributes: MaxPool): Node {
  const [batch = 1, channels = 1, ...counts] = y.shape;
  const [top, left, bottom, right] = attributes.pads;
  const image = imageExtents("maxPool", x.shape);
  const padded = build.pad(build.pad(x, 2, top, bottom), 3, left, right);
  const plane = counts.map(Number);
  // From the last tap to the first, so that the first of equal ones stays.
  const chosen = tapsOver(image, attributes).reduceRight<Node>(
    (later, tap) => {
      const rows = build.gather(
        padded,
        2,
        tap.rows.map((row) => row + top),
      );
      const values = build.gather(
        rows,
        3,
        tap.columns.map((column) => column + left),
      );
      const positions = positionsOf(tap, image);
      const inside = positions.map((position) => Number(position >= 0));
      const here = build.constant(fromNumbers(positions, plane, "int64"));
      const candidate = inside.every((flag) => flag === 1)
        ? here
        : build.where(build.constant(fromNumbers(inside, plane, "bool")), here, later);
      return build.where(build.equal(values, y), candidate, later);
    },
    build.constant(fromNumbers(new Array(sizeOf(plane)).fill(0), plane, "int64")),
  );
  return build.reshape(chosen, [batch, channels, sizeOf(plane)]);
}

const flat = (build: Builder, x: Node): Node => {
  const [batch = 1, channels = 1, ...plane] = x.shape;
  return build.reshape(x, [batch, channels, sizeOf(plane.map(Number))]);
};

/** Largest value under each window of an image; the derivative goes to the first of equal ones, as in PyTorch. */
export const maxPool: Operator<MaxPool> = {
  ...movesElements,
  windows: true,
  type: ([x], attributes) => {
    const { kernel, pads, dilations } = attributes;
    const shape = x?.shape ?? [];
    const image = imageExtents("maxPool", shape);
    requireWindows("maxPool", kernel, attributes);
    const counts = windowCounts(image, kernel, attributes);
    const covered = pads.every((width, i) => {
      const axis = i % 2 === 0 ? 0 : 1;
      return width < reach(kernel[axis], dilations[axis]);
    });
    if (covered && counts.every((count) => count > 0))
      return { dtype: x?.dtype ?? "float32", shape: [...shape.slice(0, 2), ...counts] };
    throw fail("SHAPE_MISMATCH", {
      what: "maxPool",
      expected: "windows that fit into the padded image, and padding narrower than a window",
      received: `image ${formatShape(shape)}, kernel ${kernel}, pads ${pads}`,
    });
  },
  vjp: ({ inputs: [x], output, attributes, build }, g) => [
    x &&
      (() => {
        const size = sizeOf(imageExtents("maxPool", x.shape));
        const placed = build.scatterElements(flat(build, g), winners(build, x, output, attributes), size);
        return build.reshape(placed, x.shape);
      }),
  ],
  jvp: ({ inputs: [x], output, attributes, build }, [t]) =>
    x &&
    t &&
    build.reshape(build.gatherElements(flat(build, t), winners(build, x, output, attributes)), output.shape),
  encode: (emitter, inputs, _node, { kernel, strides, pads, dilations }) =>
    emitter.node("MaxPool", inputs, { kernel_shape: kernel, strides, pads, dilations }),
  evaluate: (inputs, attributes, shape) => {
    const { data, shape: before } = only(inputs);
    const image = imageExtents("maxPool", before);
    const plane = sizeOf(shape.slice(2));
    const result = new Float64Array(sizeOf(shape)).fill(Number.NEGATIVE_INFINITY);
    for (const tap of tapsOver(image, attributes)) {
      const positions = positionsOf(tap, image);
      for (let to = 0; to < result.length; to++) {
        const position = positions[to % plane] ?? -1;
        if (position < 0) continue;
        const from = Math.floor(to / plane) * sizeOf(image) + position;
        result[to] = Math.max(result[to] ?? Number.NaN, data[from] ?? Number.NaN);
      }
    }
    return result;
  },
  examples: (random) =>
    poolings.map(({ image, ...attributes }) => example(random, { ...plain, ...attributes }, image)),
};

const plain = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] } as const;

const poolings: readonly (Partial<MaxPool> & { kernel: Pair; image: readonly number[] })[] = [
  { image: [2, 2, 4, 6], kernel: [2, 2], strides: [2, 2] },
  { image: [1, 2, 5, 5], kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  { image: [2, 1, 5, 6], kernel: [2, 3], pads: [0, 1, 1, 0] },
  { image: [1, 2, 7, 6], kernel: [2, 2], strides: [2, 1], dilations: [3, 2] },
];
