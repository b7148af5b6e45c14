import { fail, formatShape, sizeOf } from "../../tensor/index.js";
import type { OperatorAttributes } from "../attributes.js";
import type { Operator } from "../operator.js";
import { example, only } from "./example.js";
import { movesElements } from "./kinds.js";

/** Positions of the largest or smallest elements of the last axis: x [..., m] -> int64 [..., count]. Equal ones keep their order. */
export const topPositions: Operator<OperatorAttributes["topPositions"]> = {
  ...movesElements,
  type: ([x], { count }) => {
    const shape = x?.shape ?? [];
    const size = shape.at(-1);
    if (typeof size === "number" && Number.isInteger(count) && count >= 0 && count <= size)
      return { dtype: "int64", shape: [...shape.slice(0, -1), count] };
    throw fail("SHAPE_MISMATCH", {
      what: "topPositions",
      expected: `a last axis of at least ${count} elements`,
      received: formatShape(shape),
    });
  },
  vjp: () => [undefined],
  jvp: () => undefined,
  encode: (emitter, inputs, _node, { count, largest }) =>
    emitter.secondOf("TopK", [...inputs, emitter.int64([count])], { axis: -1, largest: Number(largest) }),
  evaluate: (inputs, { count, largest }, shape) => {
    const { data, shape: before } = only(inputs);
    const width = before.at(-1) ?? 1;
    const result = new Float64Array(sizeOf(shape));
    for (let row = 0; row * count < result.length; row++) {
      const elements = data.subarray(row * width, (row + 1) * width);
      const order = [...elements.keys()].sort((i, j) => {
        const difference = (elements[j] ?? 0) - (elements[i] ?? 0);
        return (largest ? difference : -difference) || i - j;
      });
      result.set(order.slice(0, count), row * count);
    }
    return result;
  },
  examples: (random) => [
    example(random, { count: 2, largest: true }, [3, 4]),
    example(random, { count: 3, largest: false }, [2, 2, 3]),
    example(random, { count: 1, largest: true }, [5]),
  ],
};
