import { describe, expect, test } from "vitest";
import { constant, trace } from "../../../src/graph/index.js";
import { compile, type Device } from "../../../src/runtime/index.js";
import { compileForThreads } from "../../../src/runtime/internal.js";

const graph = trace({}, () => ({ y: constant(1) }));

describe("a machine that there is nowhere", () => {
  test.each([0, 1.5, Number.NaN, 513, 1e8])(
    "of %d threads is refused before anything is loaded",
    async (threads) => {
      const refusal = { code: "INVALID_ARGUMENT", facts: { what: "threads", received: String(threads) } };
      await expect(compile(graph, { threads })).rejects.toMatchObject(refusal);
      await expect(compileForThreads(graph, { threads })).rejects.toMatchObject(refusal);
    },
  );

  test("is refused with the devices that there are", async () => {
    await expect(compile(graph, { device: "tpu" as Device })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "device", expected: "one of cpu, webgpu, cuda, reference", received: "tpu" },
    });
  });

  test("more threads than cores are as many as the cores", async () => {
    const program = await compile(graph, { threads: 512, hot: true });
    expect((await program.run({})).y?.data[0]).toBe(1);
    await program.dispose();
  });
});
