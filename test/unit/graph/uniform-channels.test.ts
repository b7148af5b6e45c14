import { describe, expect, test } from "vitest";
import {
  concat,
  constant,
  conv,
  evaluateGraph,
  expand,
  type Graph,
  type InputSpec,
  type NamedNodes,
  type Node,
  reshape,
  trace,
} from "../../../src/graph/index.js";
import { simplify, topological } from "../../../src/graph/internal.js";
import {
  fromNumbers,
  Random,
  type Shape,
  sizeOf,
  type Tensor,
  toFloat64,
} from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";

const random = new Random(11);
const normal = (shape: Shape): Tensor =>
  fromNumbers(
    Array.from({ length: sizeOf(shape) }, () => random.normal()),
    shape,
    "float64",
  );
const specs: Record<string, InputSpec> = {
  z: { shape: ["batch", 4, 5, 6], dtype: "float64" },
  s: { shape: ["batch", 1], dtype: "float64" },
  depth: { shape: [], dtype: "float64" },
};
const feeds = { z: normal([3, 4, 5, 6]), s: normal([3, 1]), depth: normal([]) };
const weight = (channels: number): Node => constant(normal([7, channels, 3, 3]));

const widestInput = (graph: Graph): number =>
  Math.max(
    ...topological(Object.values(graph.outputs)).map(({ op, inputs: [x] }) =>
      op === "conv" ? Number(x?.shape[1]) : 0,
    ),
  );

const plane = (value: Node, z: Node): Node => {
  const [batch = 1] = value.shape;
  return expand(reshape(value, [value.shape.length === 0 ? 1 : batch, 1, 1, 1]), ["batch", 1, 5, 6], z);
};

const cases: Readonly<Record<string, (nodes: { z: Node; s: Node; depth: Node }) => Node>> = {
  "a depth behind the state": ({ z, depth }) =>
    conv(concat([z, plane(depth, z)], 1), weight(5), constant(normal([7])), { pads: [1, 1, 1, 1] }),
  "a depth before it, without bias": ({ z, depth }) => conv(concat([plane(depth, z), z], 1), weight(5)),
  "two states around a depth a sample, with stride and dilation": ({ z, s }) =>
    conv(concat([z, plane(s, z), z], 1), weight(9), undefined, {
      ...{ pads: [2, 0, 1, 1], strides: [2, 1], dilations: [1, 2] },
    }),
  "two depths": ({ z, s, depth }) =>
    conv(concat([plane(s, z), z, plane(depth, z)], 1), weight(6), undefined, { pads: [1, 1, 1, 1] }),
  "a constant": ({ z }) => conv(concat([z, plane(constant(0.3, "float64"), z)], 1), weight(5)),
};

describe("channels of one value before a convolution", () => {
  test.each(Object.entries(cases))("%s: they leave it, and nothing changes", (_, build) => {
    const graph = trace(specs, (nodes: NamedNodes) => ({ y: build(nodes as never) }));
    const simple = simplify(graph);
    expect(widestInput(simple) % 4).toBe(0);
    expect(widestInput(graph) % 4).not.toBe(0);
    const [before, after] = [graph, simple].map((each) => evaluateGraph(each, feeds).y as Tensor);
    expect(relativeDifference(toFloat64(after as Tensor), toFloat64(before as Tensor))).toBeLessThan(1e-14);
  });

  const untouched: typeof cases = {
    "weights that change": ({ z, depth, s }) => {
      const changing = expand(reshape(depth, [1, 1, 1, 1]), [2, 5, 3, 3]);
      return conv(concat([z, plane(s, z)], 1), changing);
    },
    "nothing but such channels": ({ z, s, depth }) =>
      conv(concat([plane(s, z), plane(depth, z)], 1), weight(2)),
    "channels that differ": ({ z }) => conv(concat([z, z], 1), weight(8)),
    groups: ({ z, s }) =>
      conv(concat([z, plane(s, z), plane(s, z)], 1), constant(normal([4, 3, 3, 3])), undefined, {
        groups: 2,
      }),
  };
  test.each(Object.entries(untouched))("%s: left as it is", (_, build) => {
    const graph = trace(specs, (nodes: NamedNodes) => ({ y: build(nodes as never) }));
    expect(widestInput(simplify(graph))).toBe(widestInput(graph));
  });
});
