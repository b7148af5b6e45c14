import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

/** A program that runs once and waits, since the library writes in its own time. */
const program = (options: string): string => `
  import { compile } from "${pathToFileURL(resolve("dist/runtime/index.js"))}";
  import { tanh, trace } from "${pathToFileURL(resolve("dist/graph/index.js"))}";
  import { fromNumbers } from "${pathToFileURL(resolve("dist/tensor/index.js"))}";
  const graph = trace({ a: { shape: ["batch", 2] } }, ({ a }) => ({ y: tanh(a) }));
  const loaded = await compile(graph, ${options});
  await loaded.run({ a: fromNumbers([1, 2], [1, 2]) });
  await new Promise((done) => setTimeout(done, 500));
  await loaded.dispose();
`;

const folder = mkdtempSync(join(tmpdir(), "hypersolvers-telemetry-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a process of its own, with a home of its own, leaves there. */
async function leavings(name: string, options: string): Promise<readonly string[]> {
  const home = join(folder, name);
  const places = ["home", "cache", "tmp"].map((place) => join(home, place));
  for (const place of places) mkdirSync(place, { recursive: true });
  const [HOME, XDG_CACHE_HOME, TMPDIR] = places;
  const { ORT_DISABLE_TELEMETRY: _, ...inherited } = process.env;
  const env = { ...inherited, HOME, XDG_CACHE_HOME, TMPDIR };
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, program(options));
  const child = spawn(process.execPath, [file], { env, stdio: ["ignore", "ignore", "inherit"] });
  const code = await new Promise((done) => child.on("close", done));
  expect(code).toBe(0);
  return readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => entry.name);
}

describe("ONNX Runtime's telemetry", () => {
  test.each([
    ["the main thread", "{}"],
    ["a worker thread", "{ worker: true }"],
  ])("leaves no files: %s", async (name, options) => {
    expect(await leavings(name, options)).toEqual([]);
  });
});
