import { describe, expect, test } from "vitest";
import { encodeOnnx, exp, mul, tanh, trace } from "../../../src/graph/index.js";
import { compile } from "../../../src/runtime/index.js";
import { programOf } from "../../../src/runtime/internal.js";
import { fromNumbers, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";
import { FLOAT32_FORWARD } from "../../helpers/tolerances.js";

const graph = trace({ a: { shape: ["batch", 2] }, b: { shape: ["batch", 2] } }, ({ a, b }) => ({
  y: tanh(mul(a, exp(b))),
}));
const a = fromNumbers([1, 2, 3, 4], [2, 2]);
const b = fromNumbers([0.1, -0.2, 0.3, 0], [2, 2]);
const expected = [1, 2, 3, 4].map((value, i) => Math.tanh(value * Math.exp([0.1, -0.2, 0.3, 0][i] ?? 0)));

describe.each(["cpu", "reference"] as const)("a program on %s", (device) => {
  test("computes, at any batch size", async () => {
    const program = await compile(graph, { device });
    const { y } = await program.run({ a, b });
    expect(y?.shape).toEqual([2, 2]);
    expect(relativeDifference(toFloat64(y as Tensor), expected)).toBeLessThan(FLOAT32_FORWARD);
    const one = await program.run({ a: fromNumbers([1, 2], [1, 2]), b: fromNumbers([0.1, -0.2], [1, 2]) });
    expect(one.y?.shape).toEqual([1, 2]);
    await program.dispose();
  });

  test("takes inputs that it does not know, and leaves its feeds alone", async () => {
    const program = await compile(graph, { device });
    const copy = Float32Array.from(a.data as Float32Array);
    await program.run({ a, b, other: a });
    expect(a.data).toEqual(copy);
    await program.dispose();
  });

  test.each([
    ["a missing input", { a }, "MISSING_INPUT", 'input "b"'],
    ["another shape", { a, b: fromNumbers([1, 2, 3], [1, 3]) }, "SHAPE_MISMATCH", 'input "b"'],
    ["two batch sizes", { a, b: fromNumbers([1, 2], [1, 2]) }, "SHAPE_MISMATCH", 'input "b"'],
    ["another rank", { a: fromNumbers([1, 2], [2]), b }, "SHAPE_MISMATCH", 'input "a"'],
    [
      "another element type",
      { a, b: fromNumbers([1, 2, 3, 4], [2, 2], "float64") },
      "DTYPE_MISMATCH",
      'input "b"',
    ],
  ] as const)("refuses %s by name", async (_, feeds, code, what) => {
    const program = await compile(graph, { device });
    await expect(program.run(feeds)).rejects.toMatchObject({ code, facts: { what } });
    await program.dispose();
  });

  test("does not run once disposed; disposing twice is nothing", async () => {
    const program = await compile(graph, { device });
    const other = await compile(graph, { device });
    await program.dispose();
    await program.dispose();
    await expect(program.run({ a, b })).rejects.toMatchObject({ code: "DISPOSED" });
    expect((await other.run({ a, b })).y?.shape).toEqual([2, 2]);
    await other.dispose();
  });
});

describe("on ONNX Runtime", () => {
  test("a model that it refuses is a RUNTIME_FAILURE with its words", async () => {
    const loading = programOf(graph, Uint8Array.of(1, 2, 3));
    await expect(loading).rejects.toMatchObject({
      code: "RUNTIME_FAILURE",
      facts: { what: "loading a program" },
    });
  });

  test("options change speed, not results", async () => {
    const results: Float64Array[] = [];
    for (const options of [{}, { hot: true }, { oneShot: true }, { threads: 2 }]) {
      const program = await compile(graph, options);
      results.push(toFloat64((await program.run({ a, b })).y as Tensor));
      await program.dispose();
    }
    for (const result of results) expect(relativeDifference(result, expected)).toBeLessThan(FLOAT32_FORWARD);
  });

  test("runs at once do not disturb each other", async () => {
    const program = await compile(graph);
    const feeds = Array.from({ length: 20 }, (_, i) => ({
      a: fromNumbers([i, -i], [1, 2]),
      b: fromNumbers([0, 0], [1, 2]),
    }));
    const outputs = await Promise.all(feeds.map((feed) => program.run(feed)));
    for (const [i, { y }] of outputs.entries()) expect(Number(y?.data[0])).toBeCloseTo(Math.tanh(i), 5);
    await program.dispose();
  });

  test("an output may be called like an input, which a file may not", async () => {
    const clash = trace({ z: { shape: [2] }, "/z": { shape: [2] } }, ({ z, "/z": other }) => ({
      z: tanh(z),
      y: mul(z, other),
    }));
    expect(() => encodeOnnx(clash)).toThrow(
      expect.objectContaining({
        code: "INVALID_GRAPH",
        facts: expect.objectContaining({ received: '"z" as both' }),
      }),
    );
    const program = await compile(clash);
    const outputs = await program.run({ z: fromNumbers([0, 1], [2]), "/z": fromNumbers([2, 3], [2]) });
    await program.dispose();
    expect(Object.keys(outputs).sort()).toEqual(["y", "z"]);
    expect(outputs.z?.data[1]).toBeCloseTo(Math.tanh(1), 5);
    expect(outputs.y?.data[1]).toBe(3);
  });
});

describe("the reference interpreter", () => {
  test("computes in float64 whatever the element type", async () => {
    const program = await compile(graph, { device: "reference" });
    const { y } = await program.run({ a, b });
    const rounded = [0.1, -0.2, 0.3, 0].map(Math.fround);
    const exact = [1, 2, 3, 4].map((value, i) => Math.tanh(value * Math.exp(rounded[i] ?? 0)));
    expect(y?.dtype).toBe("float64");
    expect(relativeDifference(toFloat64(y as Tensor), exact)).toBeLessThan(1e-15);
  });
});

test("a program that the runtime refuses is shown in the error", async () => {
  // ONNX has hyperbolic tangents of floats alone.
  const whole = trace({ a: { shape: ["batch", 2], dtype: "int64" } }, ({ a: x }) => ({ y: tanh(x) }));
  await expect(compile(whole)).rejects.toMatchObject({
    code: "RUNTIME_FAILURE",
    message: expect.stringMatching(/tensor\(int64\)[\s\S]*%1 = tanh %0/),
  });
});

test("a float64 program computes on the CPU where the solve beside it is to run on WebGPU", async () => {
  const double = trace({ a: { shape: ["batch", 2], dtype: "float64" } }, ({ a: x }) => ({ y: tanh(exp(x)) }));
  const feeds = { a: fromNumbers([0.1, -2, 3, 0.5], [2, 2], "float64") };
  // No GPU is asked for, so that this holds on machines without one.
  const [routed, cpu] = [await compile(double, { device: "webgpu" }), await compile(double)];
  expect(await routed.run(feeds)).toEqual(await cpu.run(feeds));
  const { y } = await routed.run(feeds);
  const exact = [0.1, -2, 3, 0.5].map((value) => Math.tanh(Math.exp(value)));
  expect(relativeDifference(toFloat64(y as Tensor), exact)).toBeLessThan(1e-15);
  await routed.dispose();
  await cpu.dispose();
});
