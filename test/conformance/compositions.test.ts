import { describe, expect, test } from "vitest";
import {
  evaluateGraph,
  gelu,
  geluTanh,
  layerNorm,
  logSoftmax,
  logSumExp,
  mean,
  type Node,
  norm,
  silu,
  softmax,
  trace,
} from "../../src/graph/index.js";
import { compile } from "../../src/runtime/index.js";
import { draw, fromNumbers, Random, type Tensor } from "../../src/tensor/index.js";
import { expectClose } from "../helpers/compare.js";
import { FLOAT32_FORWARD, SAME_NUMERICS } from "../helpers/tolerances.js";

/** ONNX Runtime recognizes some of these and fuses them into kernels, not all of which exist for float64. */
const compositions: Readonly<Record<string, (x: Node) => Node>> = {
  silu,
  gelu,
  geluTanh,
  softmax,
  logSoftmax,
  logSumExp: (x) => logSumExp(x, -1, true),
  layerNorm: (x) => layerNorm(x, [1]),
  norm: (x) => norm(x, -1, true),
  mean: (x) => mean(x, -1, true),
};

describe.each(Object.entries(compositions))("%s", (_name, compose) => {
  test.each([
    ["float64", SAME_NUMERICS],
    ["float32", FLOAT32_FORWARD],
  ] as const)("runs fully optimized in %s and equals the reference", async (dtype, tolerance) => {
    const graph = trace({ x: { shape: ["batch", 5], dtype } }, ({ x }) => ({ y: compose(x) }));
    const random = new Random(3);
    const x = fromNumbers(
      draw(20, () => random.normal()),
      [4, 5],
      dtype,
    );
    const program = await compile(graph);
    const { y } = await program.run({ x });
    expect(y?.dtype).toBe(dtype);
    expectClose(y as Tensor, evaluateGraph(graph, { x }).y as Tensor, tolerance);
    await program.dispose();
  });
});
