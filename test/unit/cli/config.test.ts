import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { commands } from "../../../src/cli/program.js";
import { encodeFlow } from "../../../src/models/index.js";
import { flowFacts } from "../../../src/models/internal.js";
import { flowOver, smallField } from "../../helpers/flows.js";
import { told } from "../../helpers/told.js";

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-config-"));

beforeAll(() => {
  copyFileSync(resolve("pretrained/ffjord_gaussians_field.onnx"), join(folder, "field.onnx"));
  process.chdir(folder);
  const flow = flowOver(smallField(2));
  writeFileSync(
    "flow.onnx",
    encodeFlow(flow, flowFacts(flow, { data: "a test", training: "none", seed: 0 })),
  );
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

/** A command line of every command, with options that are not the defaults. */
const lines: Readonly<Record<string, string>> = {
  fit: "fit field.onnx --base heun --steps 2 --states uniform:-1,1 --lr 0.01 --epsilon none --detach-field --no-figures",
  solve: "solve field.onnx --times 0,0.5,1 --states normal --rtol 1e-4 --precision float64 --keep-partial",
  export: "export field.onnx --method rk4 --steps 4 --span 0,1 --out rk4.onnx",
  compare: "compare field.onnx --span 0,1 --budget 2,4 --tolerances 1e-2 --seed 3",
  train:
    "train pinwheel --objective both --iterations 400 --lr 0.02 --no-depth --base student-t:5 --kinetic 0.1",
  sample: "sample flow.onnx --count 10 --method heun --steps 4 --out samples.csv",
  density: "density flow.onnx --grid -4,4,50 --picture density.svg --estimator hutchinson --noise gaussian",
  tune: "tune field.onnx --error 1e-2 --states normal --seconds 5 --seed 4",
  info: "info field.onnx --input-map z=x0,s=t",
  data: "data mnist --from some,where else.gz --cache kept",
  reproduce: "reproduce cnf --density rings --preset smoke --seed 2 --seeds 2",
  sweep: "sweep sweep.yaml --queue somewhere --tries 5 --no-wait",
  worker: "worker --queue somewhere --workers 2 --drain",
  completion: "completion zsh",
};
/** An option of a command, as it is said and as it is mistyped in a file. */
interface Change {
  readonly name: string;
  readonly wrong: string;
  readonly said: string;
  readonly value: unknown;
}
const seed: Change = { name: "seed", wrong: "sede", said: "--seed 17", value: 17 };
/** Seeds, but where there are none. */
const changes: Readonly<Record<string, Change>> = {
  info: { name: "timeScale", wrong: "timeSacle", said: "--time-scale 17", value: 17 },
  data: { name: "cache", wrong: "cahce", said: "--cache other", value: "other" },
  completion: { name: "shell", wrong: "shlel", said: "fish", value: "fish" },
  sweep: { name: "tries", wrong: "tires", said: "--tries 17", value: 17 },
  worker: { name: "workers", wrong: "worekrs", said: "--workers 17", value: 17 },
};
const tabled = commands.map(({ name }) => name);

test("every command takes its options from files", () => {
  expect(Object.keys(lines).sort()).toEqual([...tabled].sort());
});

describe.each(tabled)("%s", (name) => {
  const line = lines[name] ?? name;
  const change = changes[name] ?? seed;

  it("prints options that it takes back, from JSON and from YAML, and does nothing else", async () => {
    const { code, text, json } = await told(`${line} --print-config`);
    expect([code, JSON.parse(text)]).toEqual([0, json]);
    writeFileSync("config.json", text);
    const yaml = Object.entries(json).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
    writeFileSync("config.yaml", `# as people write it\n${yaml.join("\n")}\n`);
    expect(parse(readFileSync("config.yaml", "utf8"))).toEqual(json);
    for (const file of ["config.json", "config.yaml"]) {
      const again = await told(`${name} --config ${file} --print-config`);
      expect([again.code, again.json]).toEqual([0, json]);
    }
  });

  it("lets flags go before the file", async () => {
    const { json } = await told(`${line} --print-config`);
    writeFileSync("config.json", JSON.stringify(json));
    const changed = await told(`${name} --config config.json --print-config ${change.said}`);
    expect(changed.json).toEqual({ ...json, [change.name]: change.value });
  });

  it("refuses a name that it does not know, with the one that was meant", async () => {
    writeFileSync("wrong.json", JSON.stringify({ [change.wrong]: 1 }));
    const { code, text } = await told(`${line} --config wrong.json`);
    expect(code).toBe(2);
    expect(text).toContain(`wrong.json: ${change.wrong}`);
    expect(text).toContain(`help: did you mean ${change.name}?`);
  });
});

describe("the spec of an experiment", () => {
  it("is the preset's, with what a file changes in it, and the numbers follow", async () => {
    writeFileSync(
      "changes.json",
      JSON.stringify({ preset: "smoke", spec: { points: 7, octaves: 1, fitIterations: 2, cells: 4 } }),
    );
    const { json } = await told("reproduce theory --config changes.json --print-config");
    expect(json).toMatchObject({ spec: { points: 7, dimension: 4, perOctave: 1, octaves: 1 } });
    expect((await told("reproduce theory --config changes.json --out changed")).code).toBe(0);
    const metrics = JSON.parse(readFileSync("changed/metrics.json", "utf8"));
    expect(metrics).toMatchObject({ preset: "smoke", spec: { points: 7, octaves: 1 } });
    expect(metrics.errors[0].errors).toHaveLength(2);
    expect(readFileSync("changed/report.html", "utf8")).toContain(
      "smoke with other points, octaves, cells, fitIterations",
    );
    expect(JSON.parse(readFileSync("changed/config.json", "utf8"))).toMatchObject({ spec: { points: 7 } });
  });

  it("has no names of its own invention", async () => {
    writeFileSync("changes.json", JSON.stringify({ spec: { fit: { iteration: 5 } } }));
    const { code, text } = await told("reproduce cnf --config changes.json --print-config");
    expect([code, text]).toEqual([2, expect.stringContaining("spec.fit.iteration")]);
    expect(text).toContain("did you mean iterations?");
  });
});

describe("a file of options", () => {
  it("that is out of range is refused by file and name", async () => {
    writeFileSync("range.json", JSON.stringify({ batch: 0 }));
    const { code, text } = await told(
      "fit field.onnx --base heun --steps 1 --states normal --config range.json",
    );
    expect([code, text]).toEqual([
      2,
      expect.stringMatching(/range\.json: batch[\s\S]*a positive integer[\s\S]*0/),
    ]);
  });

  it("that cannot be read says which and why", async () => {
    writeFileSync("broken.json", "{");
    writeFileSync("list.yaml", "- 1\n");
    const of = async (file: string) => (await told(`sample flow.onnx --config ${file}`)).text;
    expect(await of("none.json")).toContain("FILE_NOT_READABLE");
    expect(await of("broken.json")).toMatch(/broken\.json[\s\S]*expected: JSON, or YAML/);
    expect(await of("list.yaml")).toMatch(/list\.yaml[\s\S]*options by name/);
  });

  it("may leave out what flags say, not what nobody says", async () => {
    writeFileSync("part.yaml", "base: heun\nstates: normal\n");
    expect((await told("fit field.onnx --config part.yaml --steps 1 --print-config")).json).toMatchObject({
      base: "heun",
      steps: 1,
    });
    const { code, text } = await told("fit field.onnx --config part.yaml");
    expect([code, text]).toEqual([2, expect.stringContaining("(--steps)")]);
  });

  it("may have the coefficients of a base, which the correction then carries along", async () => {
    const base = {
      name: "three-fifths",
      order: 2,
      a: [[], [0.6]],
      b: [1 - 1 / 1.2, 1 / 1.2],
      c: [0, 0.6],
      reference: "a test",
    };
    writeFileSync("base.json", JSON.stringify({ base }));
    const light = "--iterations 20 --trajectories 64 --batch 32 --hidden 8 --samples 10 --budget 2";
    const line = `fit field.onnx --config base.json --steps 1 --states normal ${light} --no-figures --out own`;
    expect((await told(line)).code).toBe(0);
    expect((await told("fit --config own/config.json --print-config")).json).toMatchObject({ base });
    const solve = "solve field.onnx --states normal --samples 4 --span 0,1 --correction own/correction.onnx";
    const alone = await told(solve);
    expect([alone.code, alone.text]).toEqual([0, expect.stringContaining("hyper")]);
    // Such a base has no name on the command line: its correction brings it along.
    expect((await told(`${solve} --method three-fifths`)).text).toContain("error: USAGE");
    expect((await told(`${solve} --method heun`)).text).toContain("expected: three-fifths");
  });

  it.each([
    ["data", "seed", 3],
    ["info", "seed", 3],
    ["sweep", "jsonLines", true],
    ["worker", "jsonLines", false],
  ])("of an earlier version loads: %s passes over %s", async (name, member, value) => {
    const { json } = await told(`${lines[name]} --print-config`);
    writeFileSync("earlier.json", JSON.stringify({ ...json, [member]: value }));
    const again = await told(`${name} --config earlier.json --print-config`);
    expect([again.code, again.json]).toEqual([0, json]);
  });

  it("that a run leaves repeats the run", async () => {
    const LIGHT =
      "--iterations 20 --trajectories 64 --batch 32 --hidden 8 --samples 10 --budget 2 --no-figures";
    await told(`fit field.onnx --base heun --steps 1 --states normal --epsilon none ${LIGHT} --out first`);
    await told("fit --config first/config.json --out second");
    expect(readFileSync("second/correction.onnx").equals(readFileSync("first/correction.onnx"))).toBe(true);
    const losses = (of: string) => JSON.parse(readFileSync(`${of}/metrics.json`, "utf8")).losses;
    expect(losses("second")).toEqual(losses("first"));
    const config = (of: string) => JSON.parse(readFileSync(`${of}/config.json`, "utf8"));
    expect(config("second")).toEqual({ ...config("first"), out: "second" });
  });
});
