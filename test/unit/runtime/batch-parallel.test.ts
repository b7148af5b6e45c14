import { beforeAll, describe, expect, test } from "vitest";
import {
  add,
  constant,
  conv,
  evaluateGraph,
  type Graph,
  matmul,
  mean,
  type Node,
  reduceSum,
  sqrt,
  square,
  sub,
  tanh,
  trace,
} from "../../../src/graph/index.js";
import type { CompileOptions, Program } from "../../../src/runtime/index.js";
import type { Join } from "../../../src/runtime/internal.js";
import { fromNumbers, item, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";

/** A thread needs JavaScript: these tests use what `npm run build` made, which `npm test` does first. */
type Runtime = {
  compile(graph: Graph, options?: CompileOptions, joins?: Readonly<Record<string, Join>>): Promise<Program>;
};
let runtime: Runtime;
beforeAll(async () => {
  const built = new URL("../../../dist/runtime/index.js", import.meta.url);
  runtime = (await import(built.href)) as Runtime;
});

const random = new Random(3);
const normal = (...shape: number[]): Tensor =>
  fromNumbers(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  );
const weight = normal(5, 5);
/** Rows, their mean, and their root mean square; a weight that all rows share and a number. */
const graph = trace(
  { x: { shape: ["batch", 5] }, w: { shape: [5, 5] }, shift: { shape: [] } },
  ({ x, w, shift }) => {
    const y = add(tanh(matmul(x, w)), shift);
    return { y, mean: mean(y), size: sqrt(mean(square(y))), total: reduceSum(y, 1) };
  },
);
const joins = { y: "rows", mean: "mean", size: "root mean square", total: "rows" } as const;
const shared: CompileOptions = { threads: 3, parallel: "batch" };
const feedsOf = (rows: number) => ({ x: normal(rows, 5), w: weight, shift: fromNumbers([0.3], []) });
/** Images are divided from two on, and given to a thread by eights. */
const images = trace({ x: { shape: ["batch", 2, 4, 4] } }, ({ x }) => ({
  y: conv(x as Node, constant(normal(3, 2, 3, 3)), undefined, { pads: [1, 1, 1, 1] }),
}));

describe("threads that share the rows of a batch", () => {
  test.each([1, 127, 128, 191, 192, 193, 500])("of %d rows compute what one program does", async (rows) => {
    const whole = await runtime.compile(graph, { threads: 1 });
    const parts = await runtime.compile(graph, shared, joins);
    const feeds = feedsOf(rows);
    const before = feeds.x.data.slice();
    const [expected, received] = [await whole.run(feeds), await parts.run(feeds)];
    for (const name of Object.keys(joins)) {
      const [a, b] = [received[name] as Tensor, expected[name] as Tensor];
      expect(a.shape).toEqual(b.shape);
      expect(a.dtype).toBe("float32");
      expect(relativeDifference(toFloat64(a), toFloat64(b))).toBeLessThan(1e-6);
    }
    // What was lent is still there, and can be run again.
    expect(feeds.x.data).toEqual(before);
    expect((await parts.run(feeds)).y).toEqual(received.y);
    await parts.dispose();
    await whole.dispose();
  });

  test.each([1, 2, 3, 7, 8, 24, 25, 61])("of %d images compute what one program does", async (rows) => {
    const whole = await runtime.compile(images, { threads: 1 });
    const parts = await runtime.compile(images, shared, { y: "rows" });
    const x = normal(rows, 2, 4, 4);
    const [expected, received] = [(await whole.run({ x })).y as Tensor, (await parts.run({ x })).y as Tensor];
    expect(received.shape).toEqual(expected.shape);
    expect(relativeDifference(toFloat64(received), toFloat64(expected))).toBeLessThan(1e-6);
    await parts.dispose();
    await whole.dispose();
  });

  test("say NaN where a row does", async () => {
    const parts = await runtime.compile(graph, shared, joins);
    const feeds = feedsOf(300);
    feeds.x.data[1403] = Number.NaN;
    const { mean: average, size } = await parts.run(feeds);
    expect([item(average as Tensor), item(size as Tensor)]).toEqual([Number.NaN, Number.NaN]);
    await parts.dispose();
  });

  test("answer several runs at once, and refuse what one program refuses", async () => {
    const parts = await runtime.compile(graph, shared, joins);
    const several = [40, 150, 300].map(feedsOf);
    const together = await Promise.all(several.map((feeds) => parts.run(feeds)));
    for (const [i, feeds] of several.entries()) expect((await parts.run(feeds)).y).toEqual(together[i]?.y);
    await expect(parts.run({ ...feedsOf(200), w: normal(4, 5) })).rejects.toMatchObject({
      code: "SHAPE_MISMATCH",
    });
    const doubles = { ...feedsOf(200), shift: fromNumbers([1], [], "float64") };
    await expect(parts.run(doubles)).rejects.toMatchObject({ code: "DTYPE_MISMATCH" });
    await parts.dispose();
    await expect(parts.run(feedsOf(200))).rejects.toMatchObject({ code: "DISPOSED" });
    const missing = runtime.compile(graph, shared, { y: "rows" });
    await expect(missing).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("stay out of programs whose rows depend on each other, whatever was promised", async () => {
    const centered = trace({ x: { shape: ["batch", 5] } }, ({ x }) => ({ y: sub(x, mean(x, 0)) }));
    const program = await runtime.compile(centered, shared, { y: "rows" });
    const { x } = feedsOf(400);
    const { y } = await program.run({ x });
    const expected = evaluateGraph(centered, { x }).y as Tensor;
    expect(relativeDifference(toFloat64(y as Tensor), toFloat64(expected))).toBeLessThan(1e-6);
    await program.dispose();
  });

  test("stay out of programs that do not work row by row", async () => {
    const program = await runtime.compile(graph, shared);
    const [expected, feeds] = [await runtime.compile(graph, { threads: 3 }), feedsOf(200)];
    expect(await program.run(feeds)).toEqual(await expected.run(feeds));
    await program.dispose();
    await expected.dispose();
  });
});

describe("inputs that a program holds", () => {
  const inputs = (rows: number) => {
    const { x, ...held } = feedsOf(rows);
    return { x, held };
  };

  test.each([
    ["one program", { threads: 1 }],
    ["a worker thread", { threads: 1, worker: true }],
    ["threads that share rows", shared],
    ["the reference", { device: "reference" }],
  ] as const)("are those of the latest run, in %s", async (_, options) => {
    const program = await runtime.compile(graph, options, joins);
    const [first, second] = [inputs(200), { ...inputs(200), held: { w: normal(5, 5), shift: normal() } }];
    for (const { x, held } of [first, first, second, first, second, second]) {
      const expected = await program.run({ x, ...held });
      expect(await program.run({ x }, { held })).toEqual(expected);
    }
    await expect(program.run({ x: first.x })).rejects.toMatchObject({ code: "MISSING_INPUT" });
    await program.dispose();
  });

  test("may have rows of their own, and give way to what is fed", async () => {
    const program = await runtime.compile(graph, shared, joins);
    const { x, held } = inputs(200);
    const expected = await program.run({ x, ...held });
    const other = fromNumbers([1], []);
    expect(await program.run({}, { held: { x, ...held } })).toEqual(expected);
    expect(await program.run({ x, shift: other }, { held })).toEqual(
      await program.run({ ...held, x, shift: other }),
    );
    await program.dispose();
  });
});
