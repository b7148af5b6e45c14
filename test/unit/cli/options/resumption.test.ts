import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { told } from "../../../helpers/told.js";

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-resume-"));

/** Command lines of runs, and what of each would be another run. */
const runs: readonly (readonly [line: string, other: string, option: string, before: string, now: string])[] =
  [
    [
      "fit field.onnx --base heun --steps 2 --states normal --lr 0.01 --samples 30",
      "--lr 0.5",
      "--lr",
      "0.01",
      "0.5",
    ],
    ["fit field.onnx --base heun --steps 2 --states normal", "--base euler", "--base", "heun", "euler"],
    [
      "fit field.onnx --base heun --steps 2 --states normal",
      "--features hidden",
      "--features",
      "nothing",
      "hidden",
    ],
    ["train pinwheel --iterations 30 --hidden 8,8", "--hidden 8", "--hidden", "8,8", "8"],
    ["train pinwheel --no-depth", "--objective both", "--objective", "flow-matching", "both"],
    ["reproduce cnf --preset smoke --density rings", "--seed 3", "--seed", "0", "3"],
  ];

beforeAll(async () => {
  copyFileSync(resolve("pretrained/ffjord_gaussians_field.onnx"), join(folder, "field.onnx"));
  process.chdir(folder);
  for (const [i, [line]] of runs.entries()) {
    mkdirSync(`run${i}`);
    writeFileSync(join(`run${i}`, "config.json"), (await told(`${line} --out run${i} --print-config`)).text);
  }
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

describe.each(runs.map((run, i) => [...run, `run${i}`] as const))(
  "%s",
  (line, other, option, before, now, out) => {
    const [name = ""] = line.split(" ");

    it("goes on by the options in its folder, said again or not", async () => {
      const { json: whole } = await told(`${line} --out ${out} --print-config`);
      for (const again of [`${name} --resume --out ${out}`, `${line} --resume --out ${out}`]) {
        const { code, json } = await told(`${again} --print-config`);
        expect([code, json]).toEqual([0, whole]);
      }
    });

    it(`is another run with ${other}`, async () => {
      const { code, text } = await told(`${name} --resume --out ${out} ${other} --print-config`);
      expect([code, text]).toEqual([
        2,
        expect.stringContaining(`The command line is not usable (${option}).`),
      ]);
      expect(text).toContain(
        `expected: ${before}, with which the run was begun (${join(out, "config.json")})`,
      );
      expect(text).toContain(`received: ${now}`);
      expect(text).toContain(`drop ${option} to go on with that run`);
    });
  },
);

describe("a run that goes on", () => {
  it("may measure and draw otherwise than it would have", async () => {
    const { json } = await told("fit --resume --out run0 --samples 50 --no-figures --print-config");
    expect(json).toMatchObject({ samples: 50, figures: false, learningRate: 0.01 });
  });

  it("may say by another name what it was begun with", async () => {
    const line = "fit field.onnx --base heun --steps 2 --states normal --features hidden --out hidden";
    mkdirSync("hidden");
    writeFileSync(join("hidden", "config.json"), (await told(`${line} --print-config`)).text);
    const { code, text } = await told(`${line} --resume --print-config`);
    expect([code, text]).toEqual([0, expect.stringContaining('"features"')]);
  });

  it("is found in the folder where such a run goes by itself", async () => {
    mkdirSync(join("runs", "field"), { recursive: true });
    const line = "fit field.onnx --base heun --steps 2 --states normal";
    writeFileSync(join("runs", "field", "config.json"), (await told(`${line} --print-config`)).text);
    const { code, text } = await told(`${line} --lr 0.5 --resume`);
    expect([code, text]).toEqual([2, expect.stringContaining(join("runs", "field", "config.json"))]);
  });

  it.each([
    ["fit --resume", 2, "the folder of the run to go on with"],
    ["fit --resume --out nowhere", 1, join("nowhere", "config.json")],
    ["train --resume --out nowhere", 1, "repeat its options with --resume"],
  ])("has to be named: %s", async (line, exitCode, says) => {
    const { code, text } = await told(line);
    expect([code, text]).toEqual([exitCode, expect.stringContaining(says)]);
  });
});
