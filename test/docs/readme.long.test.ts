import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const readme = await readFile(new URL("README.md", root), "utf8");

describe("README", () => {
  test("the API example runs as it stands, but for fewer iterations, against the built package", async () => {
    const [, example = ""] = readme.match(/```js\n([\s\S]*?)```/) ?? [];
    expect(example.trim().split("\n").length).toBeLessThanOrEqual(14);
    const shorter = example.replace("iterations: 500", "iterations: 20, trajectories: 256");
    expect(shorter).not.toBe(example);
    // In the package, so that it imports `hypersolvers` by name; in a folder that git ignores.
    const file = new URL(`dist/readme-example-${process.pid}.mjs`, root);
    await writeFile(file, shorter);
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [file.pathname], { cwd: root.pathname });
      expect(stdout).toContain("[ 1000, 2 ]");
    } finally {
      await rm(file);
    }
  });
});
