import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { told } from "../../helpers/told.js";

const exported = fileURLToPath(new URL("../../fixtures/exported/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-weights-"));
const model = join(folder, "mlp_tcat_split.onnx");

beforeAll(() => {
  for (const ending of ["", ".data"])
    copyFileSync(`${exported}mlp_tcat_split.onnx${ending}`, `${model}${ending}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a model takes its weights from the file beside it", async () => {
  const [split, whole] = [
    await told(`info ${model} --json`),
    await told(`info ${exported}mlp_tcat.dy.onnx --json`),
  ];
  expect(split.json).toMatchObject({ kind: "field", unsupported: [] });
  for (const fact of ["parameterCount", "macs", "roles"])
    expect(split.json).toHaveProperty(fact, (whole.json as Record<string, unknown>)[fact]);
});

test("weights that are not there are named", async () => {
  const elsewhere = join(folder, "elsewhere");
  mkdirSync(elsewhere);
  renameSync(`${model}.data`, join(elsewhere, "mlp_tcat_split.onnx.data"));
  const { code, text } = await told(`info ${model}`);
  expect([code, text]).toEqual([1, expect.stringContaining("FILE_NOT_READABLE")]);
  expect(text).toContain("mlp_tcat_split.onnx.data");
});
