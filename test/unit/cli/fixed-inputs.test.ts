import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readField } from "../../../src/cli/files/models.js";
import { stateSource } from "../../../src/cli/files/states.js";
import { decodeNpy, encodeNpy } from "../../../src/data/index.js";
import { solveField } from "../../../src/ode/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { told } from "../../helpers/told.js";
import { onnxModel } from "../graph/onnx-model.js";

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-fixed-inputs-"));

/** dz = c z + e: rates c are the same for all samples, e is a condition of each. */
const model = onnxModel({
  inputs: { z: { shape: ["n", 2] }, c: { shape: [2] }, e: { shape: ["n", 2] } },
  nodes: [
    { op: "Mul", inputs: ["z", "c"], outputs: ["cz"] },
    { op: "Add", inputs: ["cz", "e"] },
  ],
});
const write = (name: string, values: readonly number[], shape: readonly number[]): void =>
  writeFileSync(name, encodeNpy(fromNumbers(values, shape)));
const numbersIn = (name: string): number[] => [...decodeNpy(readFileSync(name), name).data].map(Number);

beforeAll(() => {
  process.chdir(folder);
  writeFileSync("field.onnx", model);
  write("c.npy", [-1, 0.5], [2]);
  write("three.npy", [1, 2, 3], [3]);
  write("nan.npy", [1, Number.NaN], [2]);
  write("e.npy", [1, 2, 3, 4], [2, 2]);
  write("null.npy", [0.5, -0.5], [2]);
  write("row.npy", [0.5, -0.5], [1, 2]);
  write("z.npy", [1, 1, 2, 2], [2, 2]);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

describe("a file of a control without a batch axis", () => {
  it("is the same for all given states", async () => {
    const line =
      "solve field.onnx --states z.npy --input c=c.npy --input e=e.npy --method euler:1 --span 0,1";
    const { code, text } = await told(`${line} --out z1.npy`);
    expect(code, text).toBe(0);
    // z + c z + e
    expect(numbersIn("z1.npy")).toEqual([1, 3.5, 3, 7]);
  });

  it("is not drawn, and what to do is said where its axis was to count samples", async () => {
    const { code, text } = await told(
      "solve field.onnx --states normal --input c=normal --input e=normal --span 0,1",
    );
    expect(code).toBe(2);
    expect(text).toMatch(/same for all samples.*the file has it as \[2\].*dynamic_axes=\{"c"/s);
  });

  it("goes with drawn states", async () => {
    const options = { input: { c: "c.npy", e: "normal" } };
    const field = await readField("field.onnx", options);
    const source = await stateSource(field, { kind: "normal" }, options);
    for (const part of ["training", "validation", "heldOut"] as const) {
      const samples = await source[part](3, new Random(1));
      expect(Object.keys(samples.controls)).toEqual(["e"]);
      const { states } = await solveField(field, samples.z0, {
        ...{ method: "euler:1", span: [0, 1], controls: samples.controls, device: "reference" },
      });
      const e = toFloat64(samples.controls.e as Tensor);
      const z = toFloat64(samples.z0);
      for (const [i, value] of toFloat64(states.at(-1) as Tensor).entries())
        expect(value).toBeCloseTo((i % 2 === 0 ? 0 : 1.5) * (z[i] ?? 0) + (e[i] ?? 0), 5);
    }
  });

  it("goes into exported solvers", async () => {
    const { code, text, json } = await told(
      "export field.onnx --input c=c.npy --input e=0.5 --method euler:1 --span 0,1 --out solver.onnx",
    );
    expect([code, json], text).toEqual([0, expect.objectContaining({ selfTest: "passed" })]);
  });

  it.each([
    ["c=three.npy", 1, "float32[2]"],
    ["c=nan.npy", 1, "finite"],
    ["q=c.npy", 2, "e, c"],
    ["z=c.npy", 2, "e, c"],
  ])("is refused: %s", async (input, code, expected) => {
    const line = `solve field.onnx --states z.npy --input c=c.npy --input e=e.npy --input ${input} --method euler:1 --span 0,1`;
    const refused = await told(line.replace(input.startsWith("c=") ? "--input c=c.npy " : "no such", ""));
    expect([refused.code, refused.text]).toEqual([code, expect.stringContaining(expected)]);
  });
});

describe("guidance", () => {
  const line = "solve field.onnx --states z.npy --input c=c.npy --input e=e.npy --method euler:1 --span 0,1";

  it.each(["null.npy", "row.npy"])("takes a null condition from a file, %s", async (file) => {
    const { code, text } = await told(`${line} --guidance 3 --guidance-null e=${file} --out guided.npy`);
    expect(code, text).toBe(0);
    // z + c z + e₀ + 3 (e − e₀)
    expect(numbersIn("guided.npy")).toEqual([2, 8.5, 8, 16]);
  });

  it.each([
    ["e=three.npy", 1, "float32[2]"],
    ["e=normal", 2, "a number or a file"],
    ["e=nobody.npy", 1, "nobody.npy"],
  ])("refuses %s", async (given, code, expected) => {
    const refused = await told(`${line} --guidance 3 --guidance-null ${given}`);
    expect([refused.code, refused.text]).toEqual([code, expect.stringContaining(expected)]);
  });
});

describe("info", () => {
  beforeAll(() => {
    /** noise_pred of (sample, timestep, label). */
    const spec = {
      inputs: {
        sample: { shape: ["n", 2] },
        timestep: { shape: ["n"], dtype: "int64" as const },
        e: { shape: ["n", 2] },
      },
      nodes: [{ op: "Add", inputs: ["sample", "e"], outputs: ["noise_pred"] }],
      outputs: { noise_pred: "float32" as const },
    };
    writeFileSync("unet.onnx", onnxModel(spec));
  });

  it("says what a network that predicts noise looks like, and how to take it", async () => {
    const { text, json } = await told("info unet.onnx --input-map z=sample");
    expect(json).toMatchObject({ kind: "field", estimator: { options: expect.any(String) } });
    expect(text).toMatch(/perhaps +a network that predicts noise .*timestep int64.*counts steps.*noise_pred/);
    expect(text).toContain("--prediction epsilon --schedule linear");
    expect(text).toContain("--guidance 4 --guidance-null e=VALUE");
    expect((await told("info field.onnx")).text).not.toContain("perhaps");
  });

  it("says what options make of it", async () => {
    const line = "info unet.onnx --input-map z=sample --prediction epsilon --schedule linear";
    const guided = await told(`${line} --guidance 2 --guidance-null e=0`);
    expect(guided.text).toMatch(
      /taken as +dx\/ds by a network that predicts epsilon, schedule linear, guidance 2/,
    );
    expect(guided.text).not.toContain("perhaps");
    expect((await told(`${line.replace("epsilon", "velocity")}`)).text).toContain("Cannot be solved");
  });
});
