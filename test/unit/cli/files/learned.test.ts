import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { learnedFiles } from "../../../../src/cli/files/learned.js";
import type { Output } from "../../../../src/cli/terminal/output.js";
import { CHECKPOINT_FILE } from "../../../../src/experiments/internal.js";

const folder = mkdtempSync(join(tmpdir(), "hypersolvers-learned-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a run that breaks off promises to go on from a checkpoint only where there is one", async () => {
  const said: string[] = [];
  const nothing = (): void => undefined;
  const warn = (sentence: string): void => void said.push(sentence);
  const output: Output = { result: nothing, data: nothing, note: nothing, warn };
  const files = learnedFiles(folder, output, { path: "config.json", content: "{}" });
  await files.tell();
  expect(said).toEqual([]);
  await files.write({ path: "coefficients.json", content: "{}" });
  await files.tell();
  expect(said.pop()).toMatch(/coefficients\.json, not measured yet: other commands take it as it is/);
  writeFileSync(join(folder, CHECKPOINT_FILE), "");
  await files.tell();
  expect(said.pop()).toMatch(/not measured yet: --resume --out .* goes on from there/);
});
