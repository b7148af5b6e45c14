import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { told } from "../../helpers/told.js";

// What tables refuse by themselves: no file is read, none of these exists.

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-door-"));
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const SOLVE = "solve no.onnx --states normal --span 0,1";
const FIT = "fit no.onnx --base heun --steps 1 --states normal";

describe("refused before any file is read, with option and bound:", () => {
  test.each([
    [`${SOLVE} --method heun --steps 1e9`, "--steps", "a positive integer, at most 1e7"],
    [`${SOLVE} --method heun:1000000000`, "--method", "a positive integer, at most 10000000"],
    [`${SOLVE} --method hyper:c.onnx:1e9`, "--method", "a positive integer, at most 10000000"],
    [`${SOLVE} --method dopri5@fine`, "--method", "a tolerance, at least 0, after the @"],
    ["compare no.onnx --span 0,1 --methods heun:2,ab2", "--methods", "steps after the name"],
    [`${SOLVE} --method nonsense:4`, "--method", "one of euler, midpoint"],
    [`${SOLVE} --method huen --steps 2`, "--method", "did you mean heun?"],
    [`${SOLVE} --method hyper-rk45:c.onnx`, "--method", "did you mean rk4?"],
    [`${SOLVE} --method reversible-hein:2`, "--method", "did you mean heun?"],
    [`${SOLVE} --method pec_heun --steps 2`, "--method", "did you mean pec-heun?"],
    ["compare no.onnx --methods heun:2,ode54@1e-3", "--methods", "did you mean ode45?"],
    ["fit no.onnx --base nonsense --steps 1", "--base", "one of euler, midpoint"],
    ["fit no.onnx --base dorpi5 --steps 1", "--base", "did you mean dopri5?"],
    [`${SOLVE} --max-steps 1e10`, "--max-steps", "at most 1e9"],
    [`${SOLVE} --samples 1e10`, "--samples", "at most 1e7"],
    [`${SOLVE} --threads 1000`, "--threads", "at most 512"],
    [`${SOLVE} --threads 1e8`, "--threads", "at most 512"],
    [`${SOLVE} --seed 4294967296`, "--seed", "an integer from 0 to 4294967295"],
    [`${SOLVE} --seed -1`, "--seed", "an integer from 0 to 4294967295"],
    ["solve no.onnx --span 0,1 --states uniform:2,1", "--states", "uniform:low,high with low < high"],
    ["solve no.onnx --span 0,1 --states uniform:0,Infinity", "--states", "low < high"],
    [`${FIT} --lr 1e300`, "--lr", "a number, at least 0, at most 1000000"],
    [`${FIT} --batch 1e9`, "--batch", "at most 1e6"],
    [`${FIT} --hidden 64,1e9`, "--hidden", "positive integers up to 100000 between commas"],
    ["sample no.onnx --count 1e10", "--count", "at most 1e7"],
    ["sample no.onnx --base cauchy --span 0,1", "--base", "normal, logistic or student-t(NU)"],
    ["density no.onnx --grid 4,-4", "--grid", "LOW,HIGH with LOW < HIGH"],
    ["density no.onnx --grid -4,4,1e9", "--grid", "from 2 to 2000 cells a side"],
    ["train no.csv --base student-t:1001", "--base", "an integer from 1 to 1000"],
    ["data imagenet", "<name>", "one of mnist, cifar10"],
    ["data mnits", "<name>", "did you mean mnist?"],
    ["train rings --objective flow-maching", "--objective", "did you mean flow-matching?"],
    ["fit no.onnx --inputs z,stage", "--inputs", "did you mean stages?"],
    ["sample no.onnx --base logistics --span 0,1", "--base", "did you mean logistic?"],
    [`${SOLVE} --color alwys`, "--color", "did you mean always?"],
    ["reproduce taecking --print-config", "name", "did you mean tracking?"],
    ["reproduce cnf --density rigns --print-config", "--density", "did you mean rings?"],
  ])("%s", async (line, option, expected) => {
    const { code, text } = await told(line);
    expect([code, text]).toEqual([2, expect.stringContaining(`not usable (${option})`)]);
    expect(text).toContain(expected);
  });
});

describe("what is missing is told at once:", () => {
  test.each([
    [
      "fit",
      "<field.onnx>, --base, --steps, --states",
      "--base: the method to correct, such as heun; --steps",
    ],
    ["fit no.onnx --learn both", "--evaluations, --states", "a flow of `train` has its own"],
    ["fit no.onnx --states normal --base heun", "--steps", "the number of equal steps"],
    ["solve", "<field.onnx>, --states, --span", "--span: from where to where, such as 0,1"],
    ["compare no.onnx", "--span", "expected: from where to where"],
    ["export no.onnx", "--out, --method, --span", "--out: the name of a file"],
    ["density", "<flow.onnx>, --data", "--data: points, or --grid"],
    ["tune", "<field.onnx>, --error", "--error: a number above 0"],
    ["completion", "<shell>", "one of bash, zsh, fish"],
  ])("%s", async (line, options, expected) => {
    const { code, text } = await told(line);
    expect([code, text]).toEqual([2, expect.stringContaining(`not usable (${options})`)]);
    expect(text).toContain(expected);
  });

  test("what a file says is not missing", async () => {
    for (const line of [
      "export no.onnx --out o --method ns:c.json",
      "solve no.onnx --states normal --method hyper:c.onnx:1",
    ])
      expect((await told(line)).text).toContain("FILE_NOT_READABLE");
  });
});

describe("a name that is nearly right", () => {
  test.each([
    ["train pinweel", "did you mean pinwheel?"],
    ["info fjord", "did you mean ffjord?"],
    ["sovle no.onnx", "Did you mean solve?"],
    [`${SOLVE} --stpes 4`, "Did you mean --steps?"],
  ])("%s", async (line, meant) => {
    const { code, text } = await told(line);
    expect([code === 0, text]).toEqual([false, expect.stringContaining(meant)]);
  });
});

describe("an option that is there twice", () => {
  it("is refused, whichever value is right", async () => {
    const { code, text } = await told(`${SOLVE} --method heun --steps 1 --steps 2`);
    expect([code, text]).toEqual([2, expect.stringMatching(/--steps[\s\S]*expected: the option once/)]);
    expect((await told("info no.onnx --config a.json --config b.json")).text).toContain("the option once");
    expect((await told(`${FIT} --epsilon none --epsilon 0.1,0.2`)).text).toContain("the option once");
  });

  it("is refused for the same name in a repeatable one, and taken for two names", async () => {
    const line = `${SOLVE} --print-config --input x=a.csv`;
    expect((await told(`${line} --input x=b.csv`)).text).toContain("the option once");
    expect((await told(`${line} --input y=b.csv`)).json).toMatchObject({ input: { x: "a.csv", y: "b.csv" } });
    const files = "data mnist --print-config --from a.gz b,c.gz --from d.gz";
    expect((await told(files)).json).toMatchObject({ from: ["a.gz", "b,c.gz", "d.gz"] });
  });
});

test("files are held to the same bounds as flags", async () => {
  for (const [name, value, expected] of [
    ["steps", 1e9, "at most 1e7"],
    ["seed", 2 ** 32, "to 4294967295"],
    ["states", "uniform:1,0", "low < high"],
  ] as const) {
    writeFileSync("spec.json", JSON.stringify({ [name]: value }));
    const { code, text } = await told("solve no.onnx --config spec.json");
    expect([code, text]).toEqual([2, expect.stringContaining(`spec.json: ${name}`)]);
    expect(text).toContain(expected);
  }
});

test.each([
  ["statsu", "did you mean status?"],
  ["Retry", "did you mean retry?"],
  ["grid.json", "check the path"],
])("a sweep that is no file: %s", async (name, advice) => {
  expect((await told(`sweep ${name}`)).text).toContain(advice);
});
