import { afterEach, describe, expect, test, vi } from "vitest";
import {
  cast,
  constant,
  encodeOnnx,
  evaluateGraph,
  type Graph,
  matmul,
  mul,
  reduceSum,
  sigmoid,
  tanh,
  trace,
  withFloat,
} from "../../src/graph/index.js";
import { applyOperator, type OpName, operators } from "../../src/graph/internal.js";
import type { Backend } from "../../src/runtime/backend.js";
import { backend as node } from "../../src/runtime/node/index.js";
import { backend as web } from "../../src/runtime/web/index.js";
import { cast as castTensor, fromNumbers, isFloat, Random, type Tensor } from "../../src/tensor/index.js";
import { expectClose } from "../helpers/compare.js";
import { FLOAT32_FORWARD, SAME_NUMERICS } from "../helpers/tolerances.js";

/** ONNX Runtime's WebAssembly runs under Node as it does in a page; test/browser has the page. */
const backends = { node, web };
const names = Object.keys(operators) as OpName[];
const cases = names.flatMap((op) =>
  operators[op].examples(new Random(11)).map((example, i) => ({ title: `${op} #${i}`, op, ...example })),
);

async function computed(backend: Backend, graph: Graph, feeds: Record<string, Tensor>, doubles: boolean) {
  const session = await backend.createSession(encodeOnnx(graph, { target: "onnxruntime" }), { doubles });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

describe("the browser's backend computes every operator as the reference does", () => {
  test.each(cases)("$title", async ({ op, inputs, attributes }) => {
    const graph = trace(
      Object.fromEntries(inputs.map(({ shape, dtype }, i) => [`t${i}`, { shape, dtype }])),
      (nodes) => ({ y: applyOperator(op, Object.values(nodes), attributes as never) }),
    );
    for (const dtype of ["float32", "float64"] as const) {
      const typed = withFloat(graph, dtype);
      const feeds = Object.fromEntries(
        inputs.map((value, i) => [`t${i}`, isFloat(value.dtype) ? castTensor(value, dtype) : value]),
      );
      const { y } = await computed(web, typed, feeds, dtype === "float64");
      const expected = evaluateGraph(typed, feeds).y as Tensor;
      expectClose(y as Tensor, expected, dtype === "float64" ? SAME_NUMERICS : FLOAT32_FORWARD);
    }
  });
});

describe.each(Object.entries(backends))("the backend of %s", (_, backend) => {
  test("has a CPU that computes in every element type, and at least one thread", async () => {
    expect(await backend.elementTypes("cpu")).toEqual(["float32", "float64", "int64", "bool"]);
    expect(backend.threads()).toBeGreaterThanOrEqual(1);
  });

  test("keeps float64 whole where float32 has fused kernels", async () => {
    // x · σ(x) and a scaled product: fused, the one would not load and the other would be float32.
    const graph = trace({ x: { shape: ["batch", 3], dtype: "float64" } }, ({ x }) => ({
      swish: mul(x, sigmoid(x)),
      scaled: matmul(mul(x, 0.1), constant(fromNumbers([0.1, 0.2, 0.3], [3, 1], "float64"))),
    }));
    const x = fromNumbers([0.1, -0.2, 1e-9, 3, 0, 7], [2, 3], "float64");
    const received = await computed(backend, graph, { x }, true);
    const expected = evaluateGraph(graph, { x });
    for (const name of ["swish", "scaled"]) {
      expectClose(received[name] as Tensor, expected[name] as Tensor, SAME_NUMERICS);
    }
  });

  test("answers in every element type, and runs at once do not disturb each other", async () => {
    const graph = trace({ x: { shape: ["batch", 2] } }, ({ x }) => ({
      f: tanh(x),
      d: reduceSum(cast(x, "float64"), 1),
      i: cast(x, "int64"),
      b: cast(x, "bool"),
    }));
    const session = await backend.createSession(encodeOnnx(graph), { doubles: true });
    const feeds = Array.from({ length: 8 }, (_, i) => ({ x: fromNumbers([i + 1, -2 * i], [1, 2]) }));
    const answers = await Promise.all(feeds.map((feed) => session.run(feed)));
    for (const [i, { f, d, i: integers, b }] of answers.entries()) {
      expect(Number(f?.data[0])).toBeCloseTo(Math.tanh(i + 1), 5);
      expect(d).toEqual({ dtype: "float64", shape: [1], data: Float64Array.of(1 - i) });
      const pair = BigInt64Array.of(BigInt(i + 1), BigInt(-2 * i));
      expect(integers).toEqual({ dtype: "int64", shape: [1, 2], data: pair });
      expect(b).toEqual({ dtype: "bool", shape: [1, 2], data: Uint8Array.of(1, i === 0 ? 0 : 1) });
    }
    await session.release();
  });

  test("says in the runtime's words why it does not load, or run", async () => {
    const loading = backend.createSession(Uint8Array.of(1, 2, 3), {});
    await expect(loading).rejects.toMatchObject({
      code: "RUNTIME_FAILURE",
      facts: { what: "loading a program", received: expect.stringMatching(/protobuf/i) },
    });
    const graph = trace({ x: { shape: [2] } }, ({ x }) => ({ y: tanh(x) }));
    const session = await backend.createSession(encodeOnnx(graph), {});
    await expect(session.run({ x: fromNumbers([1, 2, 3], [3]) })).rejects.toMatchObject({
      code: "RUNTIME_FAILURE",
      facts: { what: "running a program" },
    });
    await session.release();
  });
});

describe("a browser", () => {
  afterEach(() => vi.unstubAllGlobals());

  test.each([
    ["without WebGPU", {}, undefined],
    ["without a GPU", { gpu: { requestAdapter: async () => null } }, undefined],
    [
      "with a GPU, which has no float64",
      { gpu: { requestAdapter: async () => ({}) } },
      ["float32", "int64", "bool"],
    ],
  ])("%s", async (_, navigator, expected) => {
    vi.stubGlobal("navigator", navigator);
    expect(await web.elementTypes("webgpu")).toEqual(expected);
    expect(await web.elementTypes("cuda")).toBeUndefined();
  });

  test("offers threads where memory may be shared, and none of its own to a session", () => {
    vi.stubGlobal("navigator", { hardwareConcurrency: 6 });
    expect(web.threads()).toBe(1);
    vi.stubGlobal("crossOriginIsolated", true);
    expect(web.threads()).toBe(6);
    expect(web.createWorkerSession).toBeUndefined();
  });
});
