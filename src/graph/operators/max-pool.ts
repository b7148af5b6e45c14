import { fail, formatShape, fromNumbers, sizeOf, type Tensor } from "../../tensor/index.js";
import type { OperatorAttributes, Pair } from "../attributes.js";
import type { Node } from "../node.js";
import type { Builder, Operator } from "../operator.js";
import { bothAxes, imageExtents, reach, requireWindows, windowCounts } from "./convolution-geometry.js";
import { example, only } from "./example.js";
import { tapsOf } from "./plane-encode.js";

type MaxPool = OperatorAttributes["maxPool"];

/** One position of every window at once: which rows and columns it lies on, and whether inside the image. */
interface Tap {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** 0 where the tap falls on padding, [1, 1, h′, w′]; undefined where it never does. */
  readonly inside: Tensor | undefined;
}

function tapsOver(image: Pair, attributes: MaxPool, dtype: Node["dtype"]): Tap[] {
  const counts = windowCounts(image, attributes.kernel, attributes);
  return tapsOf(attributes.kernel).map((tap) => {
    const cells = bothAxes((axis) =>
      Array.from(
        { length: counts[axis] },
        (_, window) =>
          window * attributes.strides[axis] + tap[axis] * attributes.dilations[axis] - attributes.pads[axis],
      ),
    );
    const isInside = bothAxes((axis) => cells[axis].map((cell) => cell >= 0 && cell < image[axis]));
    const [rows, columns] = bothAxes((axis) =>
      cells[axis].map((cell) => Math.min(Math.max(cell, 0), image[axis] - 1)),
    );
    const flags = isInside[0].flatMap((row) => isInside[1].map((column) => Number(row && column)));
    const whole = flags.every((flag) => flag === 1);
    return { rows, columns, inside: whole ? undefined : fromNumbers(flags, [1, 1, ...counts], dtype) };
  });
}

const at = (build: Builder, x: Node, { rows, columns }: Tap): Node =>
  build.gather(build.gather(x, 2, rows), 3, columns);

/** For every tap 1 at the windows whose first largest value lies there, else 0. */
function winners(build: Builder, x: Node, y: Node, taps: readonly Tap[]): Node[] {
  let taken: Node | undefined;
  return taps.map((tap) => {
    const equal = build.cast(build.equal(at(build, x, tap), y), x.dtype);
    const hit = tap.inside === undefined ? equal : build.mul(equal, build.constant(tap.inside));
    const first = taken === undefined ? hit : build.mul(hit, build.sub(1, taken));
    taken = taken === undefined ? hit : build.maximum(taken, hit);
    return first;
  });
}

/** Largest value under each window of an image; the derivative goes to the first of equal ones, as in PyTorch. */
export const maxPool: Operator<MaxPool> = {
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
        const image = imageExtents("maxPool", x.shape);
        const taps = tapsOver(image, attributes, x.dtype);
        const shares = winners(build, x, output, taps).map((won, i) => {
          const { rows, columns } = taps[i] ?? { rows: [], columns: [] };
          const inRows = build.scatterAdd(build.mul(g, won), 3, columns, image[1]);
          return build.scatterAdd(inRows, 2, rows, image[0]);
        });
        return build.sum(...shares);
      }),
  ],
  jvp: ({ inputs: [x], output, attributes, build }, [t]) => {
    if (x === undefined || t === undefined) return undefined;
    const taps = tapsOver(imageExtents("maxPool", x.shape), attributes, x.dtype);
    const won = winners(build, x, output, taps);
    return build.sum(...taps.map((tap, i) => build.mul(at(build, t, tap), won[i] ?? 0)));
  },
  encode: (emitter, inputs, _node, { kernel, strides, pads, dilations }) =>
    emitter.node("MaxPool", inputs, { kernel_shape: kernel, strides, pads, dilations }),
  evaluate: (inputs, attributes, shape) => {
    const { data, shape: before } = only(inputs);
    const image = imageExtents("maxPool", before);
    const plane = sizeOf(shape.slice(2));
    const result = new Float64Array(sizeOf(shape)).fill(Number.NEGATIVE_INFINITY);
    for (const { rows, columns, inside } of tapsOver(image, attributes, "float64")) {
      for (let to = 0; to < result.length; to++) {
        const cell = to % plane;
        if (inside?.data[cell] === 0) continue;
        const row = rows[Math.floor(cell / columns.length)] ?? 0;
        const from =
          (Math.floor(to / plane) * image[0] + row) * image[1] + (columns[cell % columns.length] ?? 0);
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
