import { execFileSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import { encodeOnnx, type Graph, matmul, tanh, trace } from "../../../src/graph/index.js";
import type { CompileOptions, Program } from "../../../src/runtime/index.js";
import { fromNumbers, Random } from "../../../src/tensor/index.js";

/** A thread needs JavaScript: these tests use what `npm run build` made, which `npm test` does first. */
type Runtime = { programOf(graph: Graph, model: Uint8Array, options?: CompileOptions): Promise<Program> };
let runtime: Runtime;
beforeAll(async () => {
  const built = new URL("../../../dist/runtime/internal.js", import.meta.url);
  runtime = (await import(built.href)) as Runtime;
});

const size = 192;
/** Some 10⁸ multiplications: tens of milliseconds. */
const heavy = trace({ x: { shape: [size, size] } }, ({ x }) => {
  let y = x;
  for (let i = 0; i < 30; i++) y = tanh(matmul(y, x));
  return { y };
});
const random = new Random(1);
const x = fromNumbers(
  Float32Array.from({ length: size * size }, () => random.normal() / 14),
  [size, size],
);

describe("a program in a worker thread", () => {
  test("computes what it computes without, and leaves the event loop free", async () => {
    const model = encodeOnnx(heavy);
    const direct = await runtime.programOf(heavy, model, { threads: 1 });
    const worker = await runtime.programOf(heavy, model, { threads: 1, worker: true });
    const expected = await direct.run({ x });
    expect((await worker.run({ x })).y).toEqual(expected.y);
    // A program that runs in this thread does so, and answers, before the loop comes to what was asked for after it.
    const firstOf = (program: Program): Promise<string> =>
      Promise.race([
        program.run({ x }).then(() => "the answer"),
        new Promise<string>((done) => setImmediate(() => done("the loop"))),
      ]);
    expect([await firstOf(direct), await firstOf(worker)]).toEqual(["the answer", "the loop"]);
    await worker.dispose();
    await direct.dispose();
  });

  test("answers runs at once, each with its own", async () => {
    const graph = trace({ a: { shape: [1] } }, ({ a }) => ({ y: tanh(a) }));
    const worker = await runtime.programOf(graph, encodeOnnx(graph), { worker: true });
    const results = await Promise.all([1, 2, 3].map((value) => worker.run({ a: fromNumbers([value], [1]) })));
    for (const [i, { y }] of results.entries()) expect(Number(y?.data[0])).toBeCloseTo(Math.tanh(i + 1), 6);
    await worker.dispose();
  });

  test("refuses wrong feeds and a broken model with the same errors", async () => {
    const worker = await runtime.programOf(heavy, encodeOnnx(heavy), { worker: true });
    await expect(worker.run({})).rejects.toMatchObject({ code: "MISSING_INPUT" });
    await worker.dispose();
    await expect(worker.run({ x })).rejects.toMatchObject({ code: "DISPOSED" });
    const broken = runtime.programOf(heavy, Uint8Array.of(1, 2, 3), { worker: true });
    await expect(broken).rejects.toMatchObject({ code: "RUNTIME_FAILURE" });
  });

  test("starts in a process that was given its program on the command line", () => {
    const layer = (name: string): string => new URL(`../../../dist/${name}/index.js`, import.meta.url).href;
    const program = `
      import { compile } from "${layer("runtime")}";
      import { tanh, trace } from "${layer("graph")}";
      import { fromNumbers } from "${layer("tensor")}";
      const graph = trace({ a: { shape: [1] } }, ({ a }) => ({ y: tanh(a) }));
      const threaded = await compile(graph, { worker: true });
      console.log((await threaded.run({ a: fromNumbers([1], [1]) })).y.data[0]);`;
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
    expect(Number(out)).toBeCloseTo(Math.tanh(1), 6);
  });
});
