import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeSafetensors } from "../../../src/tensor/index.js";
import { told } from "../../helpers/told.js";

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-coefficients-"));
const LIGHT = "--trajectories 64 --batch 32 --iterations 40 --samples 50 --budget 4 --no-figures";
const FIT = `fit field.onnx --learn coefficients --evaluations 4 --states normal ${LIGHT} --out ns`;

beforeAll(() => {
  copyFileSync(resolve("pretrained/ffjord_gaussians_field.onnx"), join(folder, "field.onnx"));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

describe("fit --learn coefficients", () => {
  it("writes coefficients that solve, compare and export take, and a config that repeats the fit", async () => {
    const fitted = await told(FIT);
    expect([fitted.code, fitted.json], fitted.text).toEqual([
      0,
      expect.objectContaining({
        learn: "coefficients",
        learned: expect.objectContaining({ nfe: 4 }),
        paths: expect.objectContaining({ coefficients: "ns/coefficients.json", correction: null }),
      }),
    ]);
    const file = "ns:ns/coefficients.json";
    const solved = await told(`solve field.onnx --method ${file} --states normal --samples 5`);
    expect([solved.code, solved.json], solved.text).toEqual([0, expect.objectContaining({ nfe: 4 })]);
    const known = await told("info ns/coefficients.json");
    expect(known.text).toMatch(/Bounds of the errors of ns-4[\s\S]*one for all states[\s\S]*95 %/);
    const guarded = await told(
      `solve field.onnx --method ${file} --states normal --samples 9 --guard 1e-9 --coverage 0.9 --guard-method rk4:8 --out z.safetensors`,
    );
    expect([guarded.code, guarded.json], guarded.text).toEqual([
      0,
      expect.objectContaining({ refined: 9, coverage: 0.9, fastNfe: 4, fallbackNfe: 32, meanNfe: 36 }),
    ]);
    const { z, error_bound: bound, refined } = decodeSafetensors(readFileSync("z.safetensors")).tensors;
    expect([z, bound, refined].map((tensor) => tensor?.shape)).toEqual([[9, 2], [9], [9]]);
    const fine = await told(`solve field.onnx --method ${file} --states normal --samples 9 --guard 1e-9`);
    expect(fine.json).toMatchObject({ refined: 9, warnings: [expect.stringContaining("a larger guard")] });
    const loose = await told(`solve field.onnx --method ${file} --states normal --samples 9 --guard 99`);
    expect(loose.json).toMatchObject({ refined: 0, coverage: 0.95, meanNfe: 4 });
    const elsewhere = await told(`solve field.onnx --method ${file} --span 0,2 --states normal`);
    expect([elsewhere.code, elsewhere.text]).toEqual([2, expect.stringContaining("fit one with --span 0,2")]);
    const exported = await told(`export field.onnx --method ${file} --states normal --out one.onnx`);
    expect([exported.code, exported.json]).toEqual([0, expect.objectContaining({ selfTest: "passed" })]);
    const compared = await told(`compare field.onnx --methods ${file},midpoint:2 --samples 10`);
    expect(compared.json).toMatchObject({ rows: [{ role: "hypersolver", nfe: 4 }, { nfe: 4 }] });
    const before = readFileSync("ns/coefficients.json", "utf8");
    expect((await told("fit --config ns/config.json --force")).code).toBe(0);
    expect(readFileSync("ns/coefficients.json", "utf8")).toBe(before);
  });

  it("puts corrections on top, in one file", async () => {
    const few = "--joint-iterations 10 --joint-batch 64 --hidden 8";
    const fitted = await told(
      `${FIT.replace("coefficients", "both").replace("--out ns", "--out both")} ${few}`,
    );
    expect([fitted.code, fitted.json], fitted.text).toEqual([
      0,
      expect.objectContaining({
        learn: "both",
        learned: expect.objectContaining({ title: "NS + g", nfe: 4, gCalls: 2 }),
        paths: expect.objectContaining({ learned: "both/learned.onnx", coefficients: null }),
      }),
    ]);
    const solved = await told("solve field.onnx --method ns:both/learned.onnx --states normal --samples 5");
    expect([solved.code, solved.json], solved.text).toEqual([0, expect.objectContaining({ gCalls: 2 })]);
  });

  it("fits a student, which solve, compare and the config take as well", async () => {
    const fitted = await told(
      FIT.replace("coefficients --evaluations 4", "student --macs 2000").replace("--out ns", "--out s"),
    );
    expect([fitted.code, fitted.json], fitted.text).toEqual([
      0,
      expect.objectContaining({
        learn: "student",
        learned: expect.objectContaining({ title: "Student", nfe: 0, gCalls: 1 }),
        paths: expect.objectContaining({ student: "s/student.onnx", learned: null }),
      }),
    ]);
    const file = "student:s/student.onnx";
    const solved = await told(`solve field.onnx --method ${file} --states normal --samples 5`);
    expect([solved.code, solved.json], solved.text).toEqual([0, expect.objectContaining({ nfe: 0 })]);
    const compared = await told(`compare field.onnx --methods ${file},midpoint:2 --samples 50`);
    expect(compared.json).toMatchObject({ rows: [{ role: "hypersolver", nfe: 0 }, { nfe: 4 }] });
    const before = readFileSync("s/student.onnx");
    expect((await told("fit --config s/config.json --force")).code).toBe(0);
    expect(readFileSync("s/student.onnx")).toEqual(before);
  });

  it("is looked into by info, and says where to go on", async () => {
    const { code, text, json } = await told("info ns/coefficients.json");
    expect([code, text]).toEqual([0, expect.stringContaining("a learned solver")]);
    expect(json).toMatchObject({ kind: "learned", card: { start: "midpoint" } });
    const student = await told("info s/student.onnx");
    expect(student.json).toMatchObject({ kind: "learned", spec: { kind: "student" } });
    const going = await told("fit field.onnx --resume");
    expect([going.code, going.text]).toEqual([2, expect.stringContaining("--out")]);
  });

  it.each<[string, string, string]>([
    ["the evaluations", "--learn coefficients", "--evaluations"],
    ["a network's options", "--learn coefficients --evaluations 4 --hidden 8", "drop --hidden"],
    ["networks' options of both", "--learn coefficients --evaluations 4 --every 2", "--learn both"],
    ["a base", "--learn coefficients --evaluations 4 --base heun", "drop --base"],
    ["coefficients' options", "--base heun --steps 1 --consistent", "drop --consistent"],
    ["another loss", "--learn coefficients --evaluations 4 --loss residual", "log, distance"],
    ["another thing", "--learn everything", "one of correction, coefficients, both, student"],
    ["evaluations that the base does not make", "--base rk4 --evaluations 6", "say 4 or 8"],
    ["steps and evaluations", "--base rk4 --evaluations 8 --steps 3", "3 of these steps make 12"],
    ["no steps", "--base rk4", "--evaluations"],
    ["no base", "--steps 1", "--base"],
    ["a student's size", "--learn student", "macs, evaluations"],
    ["a student's options", "--base heun --steps 1 --macs 100", "drop --macs"],
    ["a start that does not make them", "--learn coefficients --evaluations 6 --start rk4", "such as 4 or 8"],
  ])("refuses or asks for %s", async (_, options, says) => {
    const { code, text } = await told(`fit field.onnx --states normal --out refused ${options}`);
    expect(code).not.toBe(0);
    expect(text).toContain(says);
    expect(existsSync("refused")).toBe(false);
  });

  it.each<[string, string, string]>([
    ["a method that nothing was learned of", "--method heun:4 --guard 1", "a learned method"],
    ["coverage without a guard", "--method heun:4 --coverage 0.9", "--guard beside it"],
    ["no guard at all", "--method heun:4 --guard 0", "--guard"],
  ])("a guard refuses %s", async (_, options, says) => {
    const { code, text } = await told(`solve field.onnx --states normal --span 0,1 ${options}`);
    expect([code, text]).toEqual([2, expect.stringContaining(says)]);
  });

  it("says steps by evaluations, the other way round", async () => {
    const { json } = await told(
      "fit field.onnx --base midpoint --evaluations 6 --states normal --print-config",
    );
    expect(json).toMatchObject({ learn: "correction", base: "midpoint", steps: 3 });
  });
});
