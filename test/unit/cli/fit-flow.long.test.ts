import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeCsv } from "../../../src/data/index.js";
import { decodeCorrection, type ValidityCard } from "../../../src/hypersolver/index.js";
import { compileFlowSampler, encodeFlow, studentTBase } from "../../../src/models/index.js";
import { flowFacts } from "../../../src/models/internal.js";
import { encodeSafetensors, Random } from "../../../src/tensor/index.js";
import { flowOver, normals, smallField } from "../../helpers/flows.js";
import { told } from "../../helpers/told.js";

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-fit-flow-"));
/** Heavy tails at the base, and data far from the origin. */
const flow = flowOver(smallField(2, { strength: 3 }), {
  base: studentTBase(5),
  standardization: { shift: [10, -4], scale: [2, 0.5] },
});
const LIGHT = "--trajectories 512 --batch 128 --hidden 24 --samples 100 --budget 2 --no-figures";
const FIT = `fit flow.onnx --base heun --steps 1 --epsilon none --iterations 300 ${LIGHT}`;
const cardIn = (run: string): ValidityCard =>
  decodeCorrection(readFileSync(join(run, "correction.onnx")), run).card;

beforeAll(async () => {
  copyFileSync(resolve("pretrained/ffjord_gaussians_field.onnx"), join(folder, "field.onnx"));
  process.chdir(folder);
  const story = { data: "a test", training: "none", seed: 0 };
  writeFileSync("flow.onnx", encodeFlow(flow, flowFacts(flow, story)));
  const sampler = await compileFlowSampler(flow);
  const { x } = await sampler.sample(1000, new Random(1));
  await sampler.dispose();
  writeFileSync("points.csv", encodeCsv(x, ["x0", "x1"]));
  writeFileSync("three.safetensors", encodeSafetensors({ x: normals(20, 3, 1) }));
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

describe("fit of a flow", () => {
  it("learns on the flow's base where nothing is said, and sample warns of other states", async () => {
    const [own, other] = [await told(`${FIT} --out own`), await told(`${FIT} --states normal --out other`)];
    expect([own.code, other.code], own.text + other.text).toEqual([0, 0]);
    expect(cardIn("own").states.source).toBe("student-t(5)");
    const right = await told("sample flow.onnx --correction own/correction.onnx --count 50");
    expect([right.code, right.json]).toEqual([0, expect.objectContaining({ warnings: [] })]);
    const wrong = await told("sample flow.onnx --correction other/correction.onnx --count 50");
    expect(wrong.text).toContain(
      "warning: this correction learned on other states (normal) than the flow draws (student-t(5))",
    );
  });

  it("makes a correction of (z, log p) that density takes", async () => {
    const { code, text } = await told(`${FIT} --log-density points.csv --out wide`);
    expect([code, text]).toEqual([0, expect.stringContaining("correction.onnx")]);
    const { span, stateShape, states } = cardIn("wide");
    expect([span, stateShape]).toEqual([
      [1, 0],
      ["batch", 3],
    ]);
    expect(states.source).toBe("data with a zero: points.csv");
    // Where the field lives; in units of the data these were 10, −4 and 0.
    for (const mean of states.mean) expect(Math.abs(mean)).toBeLessThan(2);
    const nll = async (options: string): Promise<number> => {
      const { json } = await told(`density flow.onnx --data points.csv ${options}`);
      expect(json).toMatchObject({ warnings: [] });
      return (json as { nll: { mean: number } }).nll.mean;
    };
    const exact = await nll("--rtol 1e-6 --atol 1e-6");
    const corrected = Math.abs((await nll("--correction wide/correction.onnx")) - exact);
    const alone = Math.abs((await nll("--method heun --steps 1")) - exact);
    expect(corrected * 5).toBeLessThan(alone);
  });

  it("learns log-densities on a density by its name too", async () => {
    const { code, text } = await told(`${FIT.replace("300", "4")} --log-density moons --out moons`);
    expect([code, text]).toEqual([0, expect.stringContaining("correction.onnx")]);
    const { source, mean } = cardIn("moons").states;
    expect(source).toBe("data with a zero: moons");
    // Moons are around the origin: five deviations of the flow's data to the left.
    expect(mean[0]).toBeGreaterThan(-6);
    expect(mean[0]).toBeLessThan(-4);
  });

  it("takes log-densities of a field that is no flow, over --span", async () => {
    const line = `fit field.onnx --base heun --steps 1 --epsilon none --iterations 4 ${LIGHT} --log-density moons`;
    expect((await told(`${line} --span 0,0.5 --out bare`)).code).toBe(0);
    expect(cardIn("bare").span).toEqual([0.5, 0]);
  });

  const refusals: readonly (readonly [line: string, code: number, error: string, says: string])[] = [
    ["fit field.onnx --base heun --steps 1", 2, "USAGE", "initial states, such as normal or a file"],
    [`${FIT} --span 1,0`, 2, "USAGE", "states at s = 1: the flow's base is at s = 0"],
    [`${FIT} --log-density points.csv --states normal`, 2, "USAGE", "drop --states"],
    [`${FIT} --log-density points.csv --span 1,0`, 2, "USAGE", "the flow says it"],
    [`${FIT} --log-density three.safetensors`, 1, "SHAPE_MISMATCH", "3 (x0, x1, x2)"],
    [`${FIT} --log-density gone.csv`, 1, "FILE_NOT_READABLE", "gone.csv"],
  ];
  it.each(refusals)("refuses %s", async (line, exitCode, error, says) => {
    const { code, text } = await told(line);
    expect([code, text.split("\n")[0]]).toEqual([exitCode, expect.stringMatching(`^error: ${error}: `)]);
    expect(text).toContain(says);
  });
});
