import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { importableOperators } from "../../src/graph/index.js";
import { operators } from "../../src/graph/internal.js";

test("docs/operators.md names every operator: otherwise run node scripts/operators-doc.mjs", async () => {
  const text = await readFile(new URL("../../docs/operators.md", import.meta.url), "utf8");
  const leaves = ["input", "constant"];
  const missing = [...Object.keys(operators), ...importableOperators].filter(
    (name) => !leaves.includes(name) && !text.includes(`\`${name}\``),
  );
  expect(missing).toEqual([]);
});
