import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeNpy } from "../../src/data/index.js";
import { fromNumbers, Random, tensor } from "../../src/tensor/index.js";
import { runAll } from "../e2e/command-line.js";
import { commandLinesOf, wordsOf } from "./command-lines.js";
import { blocksOf, root } from "./pages.js";

/** What makes the commands of the page quick, and nothing else of them different. */
const light: Readonly<Record<string, readonly string[]>> = {
  fit: ["--iterations", "30", "--trajectories", "256", "--samples", "40", "--budget", "2", "--no-figures"],
  compare: ["--samples", "40"],
};

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "getting-started-"));
  await cp(fileURLToPath(new URL("test/fixtures/docs", root)), folder, { recursive: true });
  const random = new Random(0);
  const normal = (columns: number): Uint8Array =>
    encodeNpy(
      fromNumbers(
        Array.from({ length: 16 * columns }, () => random.normal()),
        [16, columns],
      ),
    );
  await writeFile(join(folder, "z0.npy"), normal(2));
  await writeFile(join(folder, "x.npy"), normal(3));
  const labels = BigInt64Array.from({ length: 16 }, (_, i) => BigInt(i % 10));
  await writeFile(join(folder, "labels.npy"), encodeNpy(tensor("int64", [16], labels)));
});

afterAll(() => rm(folder, { recursive: true }));

test("every command of the PyTorch page does what the page says", async () => {
  const lines = blocksOf("docs/start/pytorch.md")
    .filter(({ language }) => language === "sh")
    .flatMap(({ text }) => commandLinesOf(text).map(wordsOf))
    .filter(([program]) => program === "hypersolvers")
    .map(([, ...words]) => [...words, ...(light[words[0] ?? ""] ?? []), "--quiet"]);
  const finished = await runAll(lines, folder);
  expect(
    finished.flatMap(({ code, stderr }, i) => (code === 0 ? [] : [[lines[i]?.join(" "), stderr]])),
  ).toEqual([]);
  expect(finished.length).toBeGreaterThanOrEqual(10);
  expect(finished.at(-1)?.stdout).toMatch(/self-test\s+passed/);
});

test("the TypeScript page is a program, and learns", async () => {
  const program = blocksOf("docs/start/typescript.md")
    .filter(({ language }) => language === "js")
    .map(({ text }) => text)
    .join("\n")
    .replace("iterations: 500, trajectories: 2000", "iterations: 100, trajectories: 500");
  // In the package, so that it imports `hypersolvers` by name; in a folder that git ignores.
  const file = fileURLToPath(new URL(`dist/typescript-page-${process.pid}.mjs`, root));
  await writeFile(file, program);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
    const [, heun = 0, hyper = 0] = stdout.match(/^Heun (\S+)\nHyperHeun (\S+)$/m)?.map(Number) ?? [];
    expect(heun).toBeGreaterThan(0.3);
    expect(hyper).toBeLessThan(heun / 5);
  } finally {
    await rm(file);
  }
});
