import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { told } from "../../helpers/told.js";

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-shipped-"));
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

test("shipped fields go by their names, as fields and as flows", async () => {
  expect((await told("info ffjord --json")).json).toMatchObject({ kind: "field", parameterCount: 50178 });
  expect((await told("info pinwheel --json")).json).toMatchObject({ kind: "flow" });
  expect((await told("sample rings --count 4 --method heun:2 --out samples.csv")).code).toBe(0);
});

test("a file of that name goes first", async () => {
  writeFileSync("circles", "no model");
  const { code, text } = await told("info circles");
  expect([code, text]).toEqual([1, expect.stringContaining("MALFORMED_FILE")]);
});

test("another name is no file", async () => {
  expect((await told("info ffjrd")).text).toContain("FILE_NOT_READABLE");
});
