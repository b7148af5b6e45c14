import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bind, encodeOnnx } from "../../../src/graph/index.js";
import { decodeCorrection, encodeCoefficients, encodeCorrection } from "../../../src/hypersolver/index.js";
import { CARD_KEY, fingerprintOf } from "../../../src/hypersolver/internal.js";
import { encodeFlow, flowField, normalBase } from "../../../src/models/index.js";
import { flowFacts } from "../../../src/models/internal.js";
import { heun, logDensityField, nonStationary } from "../../../src/ode/index.js";
import { decodeSafetensors, Random, toFloat64 } from "../../../src/tensor/index.js";
import { cardFor } from "../../helpers/cards.js";
import { smallCorrection, zeroCorrection } from "../../helpers/corrections.js";
import { told } from "../../helpers/told.js";

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-warnings-"));
const YEAR_2026 = 1_767_225_600;

beforeAll(() => {
  process.chdir(folder);
  const field = flowField({ dimension: 2, hidden: [4] }, new Random(0));
  const standardization = { shift: [YEAR_2026, -5], scale: [1, 2] };
  const flow = { field, base: normalBase, span: [0, 1] as const, standardization };
  writeFileSync("flow.onnx", encodeFlow(flow, flowFacts(flow, { data: "times", training: "none", seed: 0 })));
  const bytes = encodeCorrection(smallCorrection(), cardFor(field));
  writeFileSync("correction.onnx", bytes);
  const { graph, parameters, card } = decodeCorrection(bytes, "correction.onnx");
  for (const { data } of Object.values(parameters)) (data as Float32Array).fill(0.01);
  const metadata = { [CARD_KEY]: JSON.stringify(card) };
  writeFileSync("changed.onnx", encodeOnnx(bind(graph, parameters), { metadata, weights: parameters }));
  const euler = nonStationary({ times: [0], rows: [{ from: 0, scale: 1, weights: [1] }] }, { steps: 1 });
  const story = { start: "euler", states: "normal", startError: 1, bestError: 1, seed: 0, library: "" };
  for (const [name, fingerprint] of Object.entries({ own: fingerprintOf(field), other: "other" }))
    writeFileSync(`${name}.json`, encodeCoefficients(euler, { ...story, fingerprint }));
  const whole = logDensityField(field).field;
  const states = { source: "data with a zero", mean: [0, 0, 0], deviation: [1, 1, 0] };
  const wide = cardFor(whole, { span: [1, 0], epsilon: [-1, -1], states });
  writeFileSync("whole.onnx", encodeCorrection(zeroCorrection(heun, "float32", 3), wide));
  writeFileSync("near.csv", `time,x\n${YEAR_2026}.25,-5\n${YEAR_2026 + 1},-4\n`);
  writeFileSync("far.csv", `time,x\n${YEAR_2026 + 50},-5\n${YEAR_2026 + 1},-4\n`);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const SOLVE = "solve flow.onnx --correction correction.onnx --steps 1 --states";
const FAR = expect.stringContaining("deviations from those that this correction learned (normal)");

describe("a correction with changed weights", () => {
  it.each([
    "solve flow.onnx --states normal --correction",
    "sample flow.onnx --count 9 --correction",
    "info",
  ])("is told of by name: %s", async (line) => {
    const changed = await told(`${line} changed.onnx`);
    expect(changed.text).toContain("weights of this correction were changed after its card was written");
    expect(changed.json).toMatchObject({ warnings: [expect.stringContaining("weights of this correction")] });
    expect((await told(`${line} correction.onnx`)).text).not.toContain("were changed");
  });
});

describe("coefficients of another field", () => {
  it.each([
    "solve flow.onnx --span 0,1 --states normal --method",
    "sample flow.onnx --count 9 --method",
    "density flow.onnx --data near.csv --method",
    "compare flow.onnx --span 0,1 --samples 9 --states normal --methods",
  ])("are warned of, those of its own are not: %s", async (line) => {
    const other = await told(`${line} ns:other.json`);
    expect(other.text).toContain("this solver was fitted to a different field");
    expect(other.json).toMatchObject({ warnings: [expect.stringContaining("different field")] });
    expect((await told(`${line} ns:own.json`)).json).toMatchObject({ warnings: [] });
  });
});

describe("states far from those that a correction learned", () => {
  it("are warned of by solve", async () => {
    expect((await told(`${SOLVE} uniform:50,60`)).json).toMatchObject({ warnings: [FAR] });
    expect((await told(`${SOLVE} normal`)).json).toMatchObject({ warnings: [] });
  });

  it("are warned of by density, in the flow's coordinates", async () => {
    const line = "density flow.onnx --correction whole.onnx --data";
    expect((await told(`${line} far.csv`)).text).toContain(
      "1 of 2 initial states are more than 4 deviations",
    );
    expect((await told(`${line} near.csv`)).text).not.toContain("warning");
  });

  it("are warned of by compare", async () => {
    const line =
      "compare flow.onnx --correction correction.onnx --samples 20 --budget 2 --tolerances 1e-2 --states";
    expect((await told(`${line} uniform:50,60`)).json).toMatchObject({ warnings: [FAR] });
  });
});

describe("data far from zero", () => {
  it("keep their digits when they are sampled", async () => {
    await told("sample flow.onnx --count 50 --out times.csv --method heun --steps 1");
    const times = readFileSync("times.csv", "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => Number(line.split(",")[0]));
    // In float32 there are no numbers but multiples of 128 here.
    expect(times.every((time) => Math.abs(time - YEAR_2026) < 20)).toBe(true);
    expect(new Set(times).size).toBe(50);
    await told("sample flow.onnx --count 50 --out times.safetensors --method heun --steps 1");
    const { x } = decodeSafetensors(readFileSync("times.safetensors"), "times").tensors;
    expect(x?.dtype).toBe("float64");
    expect(x && [...toFloat64(x)].filter((_, i) => i % 2 === 0)).toEqual(times);
  });

  it("have densities that differ from second to second, and integrals of 1", async () => {
    const { json } = await told("density flow.onnx --data near.csv --out density.csv");
    expect(json).toMatchObject({ warnings: [] });
    const [first, second] = readFileSync("density.csv", "utf8").trim().split("\n").slice(1);
    expect(first).toContain(`${YEAR_2026}.25,-5,`);
    expect(first?.split(",")[2]).not.toBe(second?.split(",")[2]);
  });
});
