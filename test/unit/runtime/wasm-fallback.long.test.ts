import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const dist = (path: string): string => new URL(`../../../dist/${path}`, import.meta.url).href;

/** Solves the same in a process of its own, and prints ends, threads' worth of workers included. */
const program = `
  const { compileSolve, fieldOfModel, importOnnx, normalStates, Random } = await import(${JSON.stringify(dist("index.js"))});
  const { pretrainedPath } = await import(${JSON.stringify(dist("pretrained/index.js"))});
  const { readFileSync } = await import("node:fs");
  const field = fieldOfModel(importOnnx(readFileSync(pretrainedPath("ffjord")), "ffjord"));
  const { z0 } = normalStates([2]).heldOut(20, new Random(1));
  const ends = [];
  for (const worker of [false, true]) {
    const solve = await compileSolve(field, { span: [0, 1], method: "rk4:4", worker });
    // Two at once: WebAssembly has to take one after the other.
    const both = await Promise.all([solve.run(z0), solve.run(z0)]);
    ends.push(...both.map(({ states }) => [...states.at(-1).data]));
    await solve.dispose();
  }
  console.log(JSON.stringify(ends));
  process.exit(0);
`;

const solved = async (runtime: string): Promise<number[][]> => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    env: { ...process.env, HYPERSOLVERS_RUNTIME: runtime },
  });
  return JSON.parse(stdout);
};

test("WebAssembly computes under Node what the native runtime does, also in worker threads", async () => {
  const [native, wasm] = await Promise.all([solved(""), solved("wasm")]);
  expect(wasm).toHaveLength(4);
  for (const [k, ends] of wasm.entries())
    for (const [i, value] of ends.entries()) expect(value).toBeCloseTo(native[k]?.[i] ?? Number.NaN, 4);
  expect(wasm).not.toEqual(native);
});
