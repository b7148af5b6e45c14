import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importOnnx } from "../../../src/graph/index.js";
import { encodeCorrection } from "../../../src/hypersolver/index.js";
import { solverFactsOf } from "../../../src/hypersolver/internal.js";
import { alpha, fieldOfModel, heun } from "../../../src/ode/index.js";
import { cardFor } from "../../helpers/cards.js";
import { zeroCorrection } from "../../helpers/corrections.js";
import { told } from "../../helpers/told.js";

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-methods-"));

beforeAll(() => {
  const bytes = readFileSync("pretrained/ffjord_gaussians_field.onnx");
  const field = fieldOfModel(importOnnx(bytes, "field.onnx"));
  copyFileSync(resolve("pretrained/ffjord_gaussians_field.onnx"), join(folder, "field.onnx"));
  process.chdir(folder);
  const write = (file: string, base: ReturnType<typeof alpha>): void => {
    const card = cardFor(field, { base: base.name });
    writeFileSync(file, encodeCorrection(zeroCorrection(base, "float32"), card));
  };
  write("correction.onnx", heun);
  write("alpha.onnx", alpha(0.4));
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const SOLVE = "solve field.onnx --span 0,1 --states normal --samples 4";
const SAMPLE = "sample field.onnx --span 0,1 --base normal --count 4";
const DENSITY = "density field.onnx --span 0,1 --base normal --grid -1,1,4";
const EXPORT = "export field.onnx --span 0,1 --out solver.onnx";

describe("a method in one spelling is the method in pieces", () => {
  it.each([
    ["heun:4", "--method heun --steps 4"],
    ["dopri5@rtol=1e-4,atol=1e-6", "--rtol 1e-4 --atol 1e-6"],
    ["tsit5@1e-4,maxSteps=50", "--method tsit5 --rtol 1e-4 --atol 1e-4 --max-steps 50"],
    ["hyper:correction.onnx:2", "--correction correction.onnx --steps 2"],
    ["hyper:correction.onnx", "--correction correction.onnx"],
    ["hyper:correction.onnx:3", "--method hyper:correction.onnx --steps 3"],
    ["alpha-0.4:2", "--method alpha(0.4) --steps 2"],
  ])("%s", async (spelling, pieces) => {
    for (const command of [SOLVE, SAMPLE, DENSITY]) {
      const [one, other] = [
        await told(`${command} --method ${spelling}`),
        await told(`${command} ${pieces}`),
      ];
      expect([one.code, one.text.includes("Wrote")]).toEqual([0, false]);
      const timeless = (json: object) =>
        JSON.parse(JSON.stringify(json).replace(/"(m|wholeM)illiseconds":[\d.e-]+/g, '"t":0'));
      expect(timeless(other.json)).toEqual(timeless(one.json));
    }
  });

  it("and is called by its spelling in what programs and people are told", async () => {
    const { text, json } = await told(`${SOLVE} --method dopri5@1e-4`);
    expect(json).toMatchObject({ method: "dopri5@1e-4" });
    expect(text).toContain("dopri5@1e-4: ");
    expect((await told(`${SAMPLE} --method hyper:correction.onnx`)).json).toMatchObject({
      method: "hyper-heun:correction.onnx:1",
    });
    expect((await told(`${EXPORT} --method rk4:2`)).text).toContain("solver.onnx: rk4:2 from s = 0 to 1");
  });
});

describe("a correction on alpha(0.4)", () => {
  const spelled = "hyper-alpha(0.4):alpha.onnx:2";

  it("solves, samples, evaluates densities and is exported", async () => {
    for (const command of [SOLVE, SAMPLE, DENSITY]) {
      const { code, json } = await told(`${command} --correction alpha.onnx --steps 2`);
      expect([code, json]).toEqual([0, expect.objectContaining({ method: spelled })]);
    }
    const { code, json } = await told(`${EXPORT} --correction alpha.onnx --steps 2`);
    expect([code, json]).toEqual([0, expect.objectContaining({ method: spelled, nfe: 4, gCalls: 2 })]);
    const { metadata } = importOnnx(readFileSync("solver.onnx"), "solver.onnx");
    expect(solverFactsOf(metadata)).toMatchObject({ method: "hyper-alpha(0.4)", text: "hyper-alpha(0.4):2" });
    expect((await told("info solver.onnx")).text).toContain("hyper-alpha(0.4)");
  });

  it("also where it was fitted to another method of its order, with a warning", async () => {
    const { code, json, text } = await told(`${SOLVE} --method hyper-alpha-0.4:correction.onnx:1`);
    expect([code, json]).toEqual([
      0,
      expect.objectContaining({ method: "hyper-alpha(0.4):correction.onnx:1" }),
    ]);
    expect(text).toContain("fitted to heun and is used with alpha(0.4)");
    // g is zero: what is left is the base.
    const alone = await told(`${SOLVE} --method alpha-0.4:1`);
    expect(text.split("\n").slice(-5)).toEqual(alone.text.split("\n").slice(-5));
  });
});

describe("compare --methods", () => {
  it("measures these alone, each under its spelling", async () => {
    const list = "heun:2,dopri5@rtol=1e-3,atol=1e-4,hyper:correction.onnx:2";
    const { code, json } = await told(`compare field.onnx --span 0,1 --samples 20 --methods ${list}`);
    expect(code).toBe(0);
    const { rows } = json as { rows: { spelling: string; method: string; role: string; error: number }[] };
    expect(rows.map(({ spelling, method, role }) => [spelling, method, role])).toEqual([
      ["heun:2", "Heun", "base"],
      ["dopri5@rtol=1e-3,atol=1e-4", "dopri5", "reference"],
      ["hyper-heun:correction.onnx:2", "HyperHeun", "hypersolver"],
    ]);
    expect(rows[2]?.error).toBe(rows[0]?.error);
  });
});

describe("contradictions are refused with what to do", () => {
  it.each([
    [`${SOLVE} --method heun:4 --steps 2`, "drop --steps"],
    [`${SOLVE} --method dopri5@1e-4 --rtol 1e-3`, "drop --rtol"],
    [`${SOLVE} --method heun:4 --max-steps 9`, "drop --max-steps"],
    [
      `${SOLVE} --method heun:4 --correction correction.onnx`,
      "drop --correction, or write --method hyper-heun:correction.onnx:4",
    ],
    [`${SOLVE} --method midpoint --correction correction.onnx`, "hyper-midpoint:FILE:STEPS"],
    [`${SOLVE} --method heun:x`, "a number of steps after the colon"],
    [`${SOLVE} --method heun`, "--steps"],
    [`${SOLVE} --method hyper:2`, "the file of a correction"],
    [`${SOLVE} --steps 4 --rtol 1e-3`, "drop --rtol, or drop --steps"],
    [`${EXPORT} --method dopri5@1e-4`, "fixed steps, such as rk4:4"],
    ["compare field.onnx --span 0,1 --methods heun:2 --budget 4", "drop --budget"],
    ["compare field.onnx --span 0,1 --methods heun:2, --samples 4", "the name of a method first"],
  ])("%s", async (line, advice) => {
    const { code, text } = await told(line);
    expect([code, text]).toEqual([2, expect.stringContaining(advice)]);
  });
});
