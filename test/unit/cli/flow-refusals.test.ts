import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeCorrection } from "../../../src/hypersolver/index.js";
import { encodeFlow, flowField, normalBase } from "../../../src/models/index.js";
import { flowFacts } from "../../../src/models/internal.js";
import { heun, logDensityField } from "../../../src/ode/index.js";
import { encodeSafetensors, fromNumbers, Random, type Tensor } from "../../../src/tensor/index.js";
import { cardFor } from "../../helpers/cards.js";
import { zeroCorrection } from "../../helpers/corrections.js";
import { told } from "../../helpers/told.js";

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-refusals-"));
const points = (rows: number, columns: number): Tensor => {
  const random = new Random(1);
  return fromNumbers(
    Array.from({ length: rows * columns }, () => random.normal()),
    [rows, columns],
  );
};

beforeAll(() => {
  copyFileSync(resolve("pretrained/ffjord_gaussians_field.onnx"), join(folder, "field.onnx"));
  copyFileSync(resolve("test/fixtures/fields/control_softplus.dynamo.onnx"), join(folder, "controlled.onnx"));
  process.chdir(folder);
  const write = (dimension: number, file: string): void => {
    const field = flowField({ dimension, hidden: [4] }, new Random(0));
    const standardization = { shift: Array(dimension).fill(0), scale: Array(dimension).fill(1) };
    const flow = { field, base: normalBase, span: [0, 1] as const, standardization };
    const story = { data: "a test", training: "none", seed: 0 };
    writeFileSync(file, encodeFlow(flow, flowFacts(flow, story)));
    if (dimension !== 2) return;
    writeFileSync("correction.onnx", encodeCorrection(zeroCorrection(heun, "float32"), cardFor(field)));
    const whole = logDensityField(field).field;
    writeFileSync("whole.onnx", encodeCorrection(zeroCorrection(heun, "float32", 3), cardFor(whole)));
  };
  write(2, "flow.onnx");
  write(3, "wide.onnx");
  write(9, "nine.onnx");
  writeFileSync("nine.safetensors", encodeSafetensors({ x: points(20, 9) }));
  writeFileSync(
    "outlier.csv",
    [...Array.from({ length: 400 }, (_, i) => `${i % 7},${i % 5}`), "500,1"].join("\n"),
  );
  writeFileSync("points.safetensors", encodeSafetensors({ x: points(20, 2) }));
  writeFileSync("three.safetensors", encodeSafetensors({ x: points(20, 3) }));
  const broken = points(20, 2);
  broken.data[6] = Number.NaN;
  writeFileSync("nan.safetensors", encodeSafetensors({ x: broken }));
  writeFileSync("one.csv", "a,b\n1,2\n");
  writeFileSync("same.csv", "1,2\n".repeat(30));
  mkdirSync("folder");
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

describe("flows are refused with a code and advice, and leave no files", () => {
  const cases: readonly (readonly [line: string, code: number, error: string, says: string])[] = [
    ["train pinwhel", 1, "FILE_NOT_READABLE", "neither: no such file, no such density"],
    ["train gone.csv", 1, "FILE_NOT_READABLE", "pinwheel"],
    ["train folder", 1, "FILE_NOT_READABLE", "a folder"],
    ["train flow.onnx", 1, "MALFORMED_FILE", "points come as CSV"],
    ["train one.csv", 1, "INVALID_ARGUMENT", "at least 10 points"],
    ["train same.csv", 1, "INVALID_ARGUMENT", "1 in all 30 points"],
    ["train nan.safetensors", 1, "NON_FINITE", "row 3, column 0, counted from 0"],
    ["train points.safetensors:q", 1, "INVALID_ARGUMENT", "write points.safetensors:x"],
    ["train pinwheel --out one.csv", 1, "FILE_NOT_WRITABLE", "is a file"],
    ["train pinwheel --out bad --resume", 1, "FILE_NOT_READABLE", "drop --resume"],
    ["train pinwheel --kinetic 1", 2, "USAGE", "flow matching solves nothing"],
    ["train pinwheel --objective both --seminorm", 2, "USAGE", "--gradient continuous"],
    ["train pinwheel --objective both --noise gaussian", 2, "USAGE", "--estimator hutchinson"],
    ["train pinwheel --objective everything", 2, "USAGE", "maximum-likelihood"],
    ["train pinwheel --base cauchy", 2, "USAGE", "student-t(NU)"],
    ["train pinwheel --validations 0", 2, "USAGE", "--validations"],
    ["sample flow.onnx --count 0", 2, "USAGE", "a positive integer"],
    ["sample flow.onnx --steps 3", 2, "USAGE", "--method"],
    ["sample flow.onnx --method rk4", 2, "USAGE", "rk4 has no error estimate"],
    ["sample flow.onnx --method heun --steps 2 --atol 1e-3", 2, "USAGE", "drop --steps"],
    ["sample flow.onnx --correction correction.onnx --rtol 1e-3", 2, "USAGE", "drop --correction"],
    ["sample flow.onnx --correction correction.onnx --method rk4", 2, "USAGE", "heun, the base"],
    ["sample wide.onnx --correction correction.onnx", 1, "SHAPE_MISMATCH", "[batch, 2]"],
    ["sample flow.onnx --base normal", 2, "USAGE", "the flow says it"],
    ["sample flow.onnx --out bad.txt", 2, "USAGE", ".csv, .npy, .npz or .safetensors"],
    ["sample flow.onnx --out one.csv/bad.csv", 1, "FILE_NOT_WRITABLE", "is a file"],
    ["sample flow.onnx --picture bad.gif", 2, "USAGE", ".svg or .png"],
    ["sample wide.onnx --picture bad.png", 1, "INVALID_ARGUMENT", "one over 3"],
    ["sample field.onnx", 2, "USAGE", "add --span 0,1 --base normal"],
    ["sample field.onnx --span 0,1 --base cauchy", 2, "USAGE", "student-t(NU)"],
    ["sample controlled.onnx --span 0,1 --base normal", 1, "UNSUPPORTED_FIELD", "no controls"],
    ["sample correction.onnx --span 0,1 --base normal", 1, "UNSUPPORTED_FIELD", "a correction"],
    ["sample one.csv", 1, "MALFORMED_FILE", "an ONNX model"],
    ["density flow.onnx", 2, "USAGE", "--data"],
    ["density flow.onnx --picture bad.png", 2, "USAGE", "--data, --grid"],
    ["density flow.onnx --grid -1,1 --out bad.csv", 2, "USAGE", "--data"],
    ["density flow.onnx --grid 1,-1", 2, "USAGE", "LOW < HIGH"],
    ["density wide.onnx --grid -1,1", 1, "INVALID_ARGUMENT", "--grid"],
    ["density flow.onnx --data three.safetensors", 1, "SHAPE_MISMATCH", "3 (x0, x1, x2)"],
    ["density flow.onnx --data nan.safetensors --out bad.csv", 1, "NON_FINITE", "row 3"],
    ["density flow.onnx --data points.safetensors --noise gaussian", 2, "USAGE", "--estimator hutchinson"],
    ["density nine.onnx --data nine.safetensors --estimator exact --noise gaussian", 2, "USAGE", "exact"],
    [
      "density flow.onnx --data points.safetensors --correction whole.onnx --estimator hutchinson",
      2,
      "USAGE",
      "leave the estimator out, or the correction",
    ],
    [
      "density flow.onnx --data points.safetensors --method heun --steps 2 --tolerance-on-state",
      2,
      "USAGE",
      "--tolerance-on-state",
    ],
    [
      "density flow.onnx --data points.safetensors --max-steps 1 --rtol 1e-7 --out bad.csv",
      1,
      "STEP_LIMIT",
      "step limit",
    ],
  ];

  it.each(cases)("%s", async (line, exitCode, error, says) => {
    const before = readdirSync(folder);
    const { code, text } = await told(line);
    expect([code, text.split("\n")[0]]).toEqual([exitCode, expect.stringMatching(`^error: ${error}: `)]);
    expect(text).toContain(says);
    expect(readdirSync(folder)).toEqual(before);
  });
});

const nllOf = (json: unknown): number => (json as { nll: { mean: number } }).nll.mean;

describe("flows at their limits", () => {
  it("take one sample and one point", async () => {
    const sampled = await told("sample flow.onnx --count 1 --out one-sample.csv");
    expect([sampled.code, sampled.text]).toEqual([0, expect.stringContaining("1 sample in 2 columns.")]);
    const { code, text } = await told("density flow.onnx --data one-sample.csv");
    expect([code, text]).toEqual([
      0,
      expect.stringMatching(/^Mean negative .* nats, 1 point\. dopri5@1e-5: /),
    ]);
  });

  it("take tables that they wrote, log-densities and all", async () => {
    await told("density flow.onnx --data points.safetensors --out dense.csv");
    const before = await told("density flow.onnx --data points.safetensors");
    const again = await told("density flow.onnx --data dense.csv --out again.csv");
    expect(again.text).toContain("dense.csv: the column log_density is ignored");
    expect(again.json).toMatchObject({ nll: { n: 20, mean: expect.closeTo(nllOf(before.json), 5) } });
    expect(readFileSync("again.csv", "utf8").split("\n")[0]).toBe("x0,x1,log_density");
  });

  it("say why an integral over a region is not one", async () => {
    const whole = await told("density flow.onnx --grid -6,6,40");
    expect(whole.text).toMatch(/^The density integrates to (1\.00|0\.99)/);
    expect(whole.text).not.toContain("That is not 1");
    const part = await told("density flow.onnx --grid 0,6,20");
    expect(part.text).toContain("That is not 1: part of the density is outside");
  });

  it("say which densities are estimates", async () => {
    const exact = await told("density flow.onnx --data points.safetensors");
    expect(exact.text).not.toContain("estimates");
    expect(exact.json).toMatchObject({ estimator: "exact" });
    const line = "density nine.onnx --data nine.safetensors --method heun --steps 1";
    const [estimated, other] = [await told(line), await told(`${line} --noise gaussian`)];
    expect(estimated.text).toContain("Hutchinson's divergence with rademacher noise");
    expect(estimated.json).toMatchObject({ estimator: "hutchinson", noise: "rademacher" });
    expect(other.text).toContain("Hutchinson's divergence with gaussian noise");
    expect(other.json).toMatchObject({ estimator: "hutchinson", noise: "gaussian" });
    const whole = await told("density flow.onnx --data points.safetensors --correction whole.onnx");
    expect(whole.json).toMatchObject({ method: "hyper-heun:whole.onnx:1", estimator: "exact" });
  });

  it("train on many columns with a noise of your choice, and measure by estimates", async () => {
    const light =
      "--objective maximum-likelihood --iterations 1 --hidden 4 --batch 4 --no-figures --threads 1 --out nine";
    const { code, json } = await told(`train nine.safetensors --noise gaussian ${light}`);
    expect([code, json]).toEqual([0, expect.objectContaining({ dimension: 9 })]);
    expect(json).toMatchObject({ heldOut: { estimator: "hutchinson" } });
  });

  it("warn of rows that a flow hardly reaches", async () => {
    const light = "--iterations 1 --hidden 4 --batch 4 --no-figures --out outlier";
    const { text } = await told(`train outlier.csv ${light}`);
    expect(text).toContain("warning: 1 row has a column more than 12 standard deviations from its mean");
    expect((await told(`train points.safetensors ${light} --force`)).text).not.toContain("warning");
  });

  it("warn of a correction outside its use", async () => {
    const { text } = await told("density flow.onnx --data points.safetensors --correction correction.onnx");
    expect(text).toContain("warning: this correction was fitted for the other direction, 0 to 1");
  });
});
