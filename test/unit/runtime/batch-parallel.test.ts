import { beforeAll, describe, expect, test } from "vitest";
import {
  add,
  type Graph,
  matmul,
  mean,
  reduceSum,
  sqrt,
  square,
  tanh,
  trace,
} from "../../../src/graph/index.js";
import type { CompileOptions, Join, Program } from "../../../src/runtime/index.js";
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

describe("threads that share the rows of a batch", () => {
  test.each([1, 2, 3, 7, 8, 24, 25, 61])("of %d rows compute what one program does", async (rows) => {
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

  test("say NaN where a row does", async () => {
    const parts = await runtime.compile(graph, shared, joins);
    const feeds = feedsOf(9);
    feeds.x.data[43] = Number.NaN;
    const { mean: average, size } = await parts.run(feeds);
    expect([item(average as Tensor), item(size as Tensor)]).toEqual([Number.NaN, Number.NaN]);
    await parts.dispose();
  });

  test("answer several runs at once, and refuse what one program refuses", async () => {
    const parts = await runtime.compile(graph, shared, joins);
    const several = [4, 9, 30].map(feedsOf);
    const together = await Promise.all(several.map((feeds) => parts.run(feeds)));
    for (const [i, feeds] of several.entries()) expect((await parts.run(feeds)).y).toEqual(together[i]?.y);
    await expect(parts.run({ ...feedsOf(6), w: normal(4, 5) })).rejects.toMatchObject({
      code: "SHAPE_MISMATCH",
    });
    const doubles = { ...feedsOf(6), shift: fromNumbers([1], [], "float64") };
    await expect(parts.run(doubles)).rejects.toMatchObject({ code: "DTYPE_MISMATCH" });
    await parts.dispose();
    await expect(parts.run(feedsOf(6))).rejects.toMatchObject({ code: "DISPOSED" });
    const missing = runtime.compile(graph, shared, { y: "rows" });
    await expect(missing).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("stay out of programs that do not work row by row", async () => {
    const program = await runtime.compile(graph, shared);
    const [expected, feeds] = [await runtime.compile(graph, { threads: 3 }), feedsOf(20)];
    expect(await program.run(feeds)).toEqual(await expected.run(feeds));
    await program.dispose();
    await expected.dispose();
  });
});
