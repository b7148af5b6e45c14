import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeSafetensors, fromNumbers } from "../../../src/tensor/index.js";
import { told } from "../../helpers/told.js";

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-tolerances-"));
beforeAll(() => {
  copyFileSync(resolve("pretrained/ffjord_gaussians_field.onnx"), join(folder, "field.onnx"));
  process.chdir(folder);
  writeFileSync("z0.safetensors", encodeSafetensors({ z: fromNumbers([1, 1, -1, 2], [2, 2]) }));
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const BELOW = /warning: rtol 1e-10 and atol 1e-10 are below the rounding of float32, 6e-8 of the state/;
const SOLVE = "solve field.onnx --states z0.safetensors --span 0,0.1";

describe("tolerances finer than the element type", () => {
  it("are warned of, before and after, with what to do", async () => {
    const fine = await told(`${SOLVE} --rtol 1e-10 --atol 1e-10`);
    expect(fine.code).toBe(0);
    expect(fine.text).toMatch(BELOW);
    expect(fine.text).toContain(
      "ask for 1e-7 or more, as in --method dopri5@1e-7, or solve in --precision float64",
    );
    expect(fine.json).toMatchObject({
      message: expect.stringContaining("were not met"),
      warnings: [expect.stringContaining("below the rounding of float32")],
    });
  });

  it("are given up on early, with advice that can be typed", async () => {
    const { code, text } = await told(
      "solve field.onnx --states z0.safetensors --span 0,1 --rtol 1e-14 --atol 1e-14",
    );
    expect(code).toBe(1);
    expect(text).toMatch(/STEP_UNDERFLOW.*loosen --rtol and --atol/s);
    const few = await told(`${SOLVE} --max-steps 2`);
    expect(few.text).toMatch(/STEP_LIMIT.*Raise --max-steps or loosen --rtol and --atol/s);
  });

  it("are met in float64, and by default", async () => {
    const double = await told(
      `${SOLVE} --rtol 1e-10 --atol 1e-10 --precision float64 --out double.safetensors`,
    );
    expect(double.json).toMatchObject({ status: "success", warnings: [], message: "Reached s = 0.1." });
    const usual = await told(SOLVE);
    expect(usual.json).toMatchObject({ warnings: [], message: "Reached s = 0.1." });
  });

  it.each(["sample field.onnx --count 4", "density field.onnx --grid -1,1,2"])(
    "of flows too: %s",
    async (line) => {
      const flow = `${line} --span 0,0.1 --base normal`;
      expect((await told(`${flow} --rtol 1e-10 --atol 1e-10`)).text).toMatch(BELOW);
      expect((await told(flow)).text).not.toContain("warning");
    },
  );
});
