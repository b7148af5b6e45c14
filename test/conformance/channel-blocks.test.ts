import { describe, expect, test } from "vitest";
import {
  constant,
  conv,
  encodeOnnx,
  evaluateGraph,
  type Graph,
  type Node,
  type SymbolicShape,
  trace,
  vjp,
} from "../../src/graph/index.js";
import { channelBlockFor } from "../../src/runtime/channel-block.js";
import { compile } from "../../src/runtime/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../src/tensor/index.js";
import { relativeDifference } from "../helpers/compare.js";

const random = new Random(9);
const normal = (...shape: number[]): Tensor =>
  fromNumbers(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  );

interface Case {
  readonly channels: readonly [inputs: number, outputs: number];
  readonly kernel: readonly [height: number, width: number];
  readonly options?: Parameters<typeof conv>[3];
}

const cases: Readonly<Record<string, Case>> = {
  "3x3 that keeps the size": { channels: [16, 32], kernel: [3, 3], options: { pads: [1, 1, 1, 1] } },
  "2x3 with uneven pads": { channels: [32, 16], kernel: [2, 3], options: { pads: [1, 0, 0, 2] } },
  "5x5 without pads": { channels: [16, 16], kernel: [5, 5] },
  "stride 2": { channels: [48, 16], kernel: [3, 3], options: { strides: [2, 2], pads: [1, 1, 1, 1] } },
  "dilation 2": { channels: [16, 16], kernel: [3, 3], options: { dilations: [2, 1], pads: [2, 1, 2, 1] } },
  "few channels out of many": { channels: [64, 16], kernel: [3, 3], options: { pads: [1, 1, 1, 1] } },
};

/** A convolution whose weight changes, with its gradients: [2, inputs, 7, 6]. */
function graphOf({ channels: [inputs, outputs], kernel, options }: Case): Graph {
  const specs = {
    x: { shape: ["batch", inputs, 7, 6] as SymbolicShape },
    weight: { shape: [outputs, inputs, ...kernel] },
    bias: { shape: [outputs] },
  };
  return trace(specs, (nodes) => {
    const [x, weight, bias] = [nodes.x, nodes.weight, nodes.bias] as [Node, Node, Node];
    const y = conv(x, weight, bias, options);
    const [dx, dw, db] = vjp([y], [y], [x, weight, bias]);
    return { y, dx: dx as Node, dw: dw as Node, db: db as Node };
  });
}

const feedsOf = ({ channels: [inputs, outputs], kernel }: Case) => ({
  x: normal(2, inputs, 7, 6),
  weight: normal(outputs, inputs, ...kernel),
  bias: normal(outputs),
});

const domain = "com.microsoft.nchwc";
const mentions = (model: Uint8Array): boolean => Buffer.from(model).includes(domain);

describe("convolutions in blocks of channels", () => {
  test.each(Object.entries(cases))(
    "%s is that of the reference, and so are its gradients",
    async (_, each) => {
      const [graph, feeds] = [graphOf(each), feedsOf(each)];
      const program = await compile(graph);
      const [expected, received] = [evaluateGraph(graph, feeds), await program.run(feeds)];
      for (const name of ["y", "dx", "dw", "db"]) {
        const [a, b] = [received[name] as Tensor, expected[name] as Tensor];
        expect(a.shape).toEqual(b.shape);
        expect(relativeDifference(toFloat64(a), toFloat64(b))).toBeLessThan(1e-5);
      }
      await program.dispose();
    },
  );

  test("are tried out once, where a weight changes", async () => {
    const changing = graphOf(cases["5x5 without pads"] as Case);
    const block = await channelBlockFor(changing);
    expect([8, 16, undefined]).toContain(block);
    expect(await channelBlockFor(changing)).toBe(block);
    const fixed = trace({ x: { shape: ["batch", 16, 4, 4] } }, ({ x }) => ({
      y: conv(x as Node, constant(normal(16, 16, 3, 3))),
    }));
    expect(await channelBlockFor(fixed)).toBeUndefined();
    expect(mentions(encodeOnnx(fixed, { target: "onnxruntime", channelBlock: 16 }))).toBe(false);
  });

  test("are for whole blocks, more than one cell, one group, float32 and this process alone", () => {
    const blocked = { target: "onnxruntime", channelBlock: 16 } as const;
    const graph = (inputs: number, outputs: number, side: number, groups = 1, dtype = "float32" as const) =>
      trace(
        {
          x: { shape: ["batch", inputs, 8, 8], dtype },
          weight: { shape: [outputs, inputs / groups, side, side], dtype },
        },
        ({ x, weight }) => ({ y: conv(x as Node, weight as Node, undefined, { groups }) }),
      );
    expect(mentions(encodeOnnx(graph(16, 32, 3), blocked))).toBe(true);
    expect(mentions(encodeOnnx(graph(16, 32, 3)))).toBe(false);
    expect(mentions(encodeOnnx(graph(16, 32, 3), { target: "onnxruntime" }))).toBe(false);
    expect(mentions(encodeOnnx(graph(16, 32, 3), { channelBlock: 16 }))).toBe(false);
    expect(mentions(encodeOnnx(graph(12, 32, 3), blocked))).toBe(false);
    expect(mentions(encodeOnnx(graph(16, 24, 3), blocked))).toBe(false);
    expect(mentions(encodeOnnx(graph(16, 24, 3), { ...blocked, channelBlock: 8 }))).toBe(true);
    expect(mentions(encodeOnnx(graph(16, 32, 1), blocked))).toBe(false);
    expect(mentions(encodeOnnx(graph(32, 32, 3, 2), blocked))).toBe(false);
    expect(mentions(encodeOnnx(graph(16, 32, 3, 1, "float64" as never), blocked))).toBe(false);
  });
});
