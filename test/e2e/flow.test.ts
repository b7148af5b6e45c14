import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeCsv } from "../../src/data/index.js";
import { cast, encodeSafetensors, fromNumbers, toFloat64 } from "../../src/tensor/index.js";
import { expectClose } from "../helpers/compare.js";
import { type Finished, start } from "./command-line.js";
import { normal, workplace } from "./workplace.js";

const place = workplace();
afterAll(place.remove);

/** Options that make a training a matter of a second. */
const LIGHT = "--iterations 120 --hidden 16,16 --batch 64";
const run = (line: string, ...rest: string[]): Promise<Finished> => place.run(...line.split(" "), ...rest);
/** In float32, as samples are. */
const table = (file: string) => {
  const { columns, points } = decodeCsv(readFileSync(place.at(file), "utf8"), file);
  return { columns, points: cast(points, "float32") };
};

/** Two blobs with names: rows of a quarter's deviation around (−1, 2) and (1, 4). */
const blobs = (): string => {
  const noise = normal(400, 2, 5).data;
  const rows = Array.from({ length: 400 }, (_, i) => {
    const side = i % 2 === 0 ? -1 : 1;
    return `${side + 0.25 * Number(noise[2 * i])},${3 + side + 0.25 * Number(noise[2 * i + 1])}`;
  });
  return `width,height\n${rows.join("\n")}\n`;
};

const PNG = [0x89, 0x50, 0x4e, 0x47];
const expectPicture = (file: string): void => {
  const bytes = readFileSync(place.at(file));
  if (file.endsWith(".png")) {
    expect([...bytes.subarray(0, 4)]).toEqual(PNG);
    expect(bytes.readUInt32BE(16)).toBeGreaterThan(300);
  } else {
    expect(bytes.toString()).toMatch(/^<svg[^>]*>[\s\S]*<\/svg>\s*$/);
    expect(bytes.toString()).not.toContain("NaN");
  }
};

let trained: Finished;
beforeAll(async () => {
  writeFileSync(place.at("points.csv"), blobs());
  writeFileSync(place.at("points.safetensors"), encodeSafetensors({ x: table("points.csv").points }));
  writeFileSync(place.at("three.safetensors"), encodeSafetensors({ x: normal(30, 3, 6) }));
  trained = await run(`train points.csv --out flow ${LIGHT} --json --quiet`);
  expect(trained.code, trained.stderr).toBe(0);
  copyFileSync(place.at("flow", "flow.onnx"), place.at("flow.onnx"));
  const fit = "--base heun --steps 1 --states normal --out fitted --iterations 40 --trajectories 64";
  const fitted = await run(
    `fit flow.onnx ${fit} --batch 32 --hidden 16 --samples 40 --budget 2 --no-figures`,
  );
  expect(fitted.code, fitted.stderr).toBe(0);
  copyFileSync(place.at("fitted", "correction.onnx"), place.at("correction.onnx"));
});

describe("train", () => {
  it.concurrent("writes a flow of a table, with pictures, and tells everything as JSON", async () => {
    expect([trained.code, trained.stderr]).toEqual([0, ""]);
    expect(trained.json()).toMatchObject({
      ...{ status: "complete", iterations: 120, dimension: 2, base: "normal" },
      data: expect.stringMatching(/^points\.csv: 400 points of 2 columns/),
      heldOut: { nll: { mean: expect.any(Number), standardError: expect.any(Number), n: 80 } },
      paths: { flow: join("flow", "flow.onnx"), report: join("flow", "report.html"), checkpoint: null },
    });
    expect(readdirSync(place.at("flow")).sort()).toEqual([
      ...["config.json", "figures", "flow.onnx", "metrics.json", "report.html"],
    ]);
    const pictures = readdirSync(place.at("flow", "figures")).sort();
    expect(pictures).toEqual(
      ["density", "loss", "nfe", "nll", "samples"].flatMap((name) => [`${name}.png`, `${name}.svg`]),
    );
    for (const picture of pictures) expectPicture(join("flow", "figures", picture));
  });

  it.concurrent("takes a density by its name, and both objectives with their options", async () => {
    const likelihood =
      "--tolerance 1e-3 --gradient continuous --seminorm --estimator hutchinson --noise gaussian";
    const brief = LIGHT.replace("--iterations 120", "--iterations 20");
    const line = `train checkerboard --objective both ${brief} ${likelihood} --tolerance-on-state --kinetic 0.01`;
    const { code, stdout, stderr } = await run(
      `${line} --frobenius 0.01 --no-depth --base student-t:5 --activation tanh --out board --no-figures --quiet`,
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("which no flow gets below, is 3.466");
    const info = (await run("info board/flow.onnx --json")).json();
    expect(info).toMatchObject({
      kind: "flow",
      flow: { base: "student-t(5)", training: expect.stringContaining("maximum likelihood") },
    });
    expect((await run("info board/flow.onnx")).stdout).toContain("Carries student-t(5) at s = 0 to data");
  });

  it.concurrent("goes on from the checkpoint of a Ctrl-C to the same file, bit by bit", async () => {
    const line = "train points.safetensors:x --iterations 2000 --hidden 16 --batch 16 --no-figures --json";
    const whole = run(`${line} --quiet --out whole`);
    const job = start(`${line} --out broken`.split(" "), place.folder);
    while (!existsSync(place.at("broken", "checkpoint.safetensors")) && job.child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 10));
    job.child.kill("SIGINT");
    const stopped = await job.finished;
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain("the best flow so far is measured and written.");
    expect(stopped.json()).toMatchObject({
      status: "interrupted",
      paths: { flow: join("broken", "flow.onnx"), checkpoint: join("broken", "checkpoint.safetensors") },
    });
    expect((await run("sample broken/flow.onnx --count 10")).code).toBe(0);
    const other = await run(`${line} --lr 0.5 --out broken --resume`);
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringContaining("drop --lr to go on with that run"),
    ]);
    const resumed = await run("train --resume --out broken --json --quiet");
    expect(resumed.json()).toMatchObject({ status: "complete", iterations: 2000 });
    await whole;
    expect(readFileSync(place.at("broken", "flow.onnx"))).toEqual(
      readFileSync(place.at("whole", "flow.onnx")),
    );
    expect(readdirSync(place.at("broken"))).toEqual(["config.json", "flow.onnx", "metrics.json"]);
  });
});

describe("sample", () => {
  it.concurrent("writes points in the columns of the data, and draws them", async () => {
    const result = await run("sample flow.onnx --count 500 --out s.csv --picture s.png --json");
    expect(result.json()).toMatchObject({
      ...{ count: 500, dimension: 2, method: "dopri5@1e-5", gCalls: 0, warnings: [], out: "s.csv" },
      columns: [{ column: "width" }, { column: "height" }],
    });
    const { columns, points } = table("s.csv");
    expect([columns, points.shape]).toEqual([
      ["width", "height"],
      [500, 2],
    ]);
    expectPicture("s.png");
    await run("sample flow.onnx --count 500 --out s.safetensors --picture s.svg");
    expect(place.tensors("s.safetensors").x).toEqual(points);
    expectPicture("s.svg");
    await run("sample flow.onnx --count 500 --out other.safetensors --seed 1");
    expect(place.tensors("other.safetensors").x).not.toEqual(points);
  });

  it.concurrent("tells the log-density of every sample", async () => {
    const result = await run(
      "sample flow.onnx --method rk4:2 --count 40 --log-density --out dense.csv --json",
    );
    const { columns, points } = table("dense.csv");
    expect(columns).toEqual(["width", "height", "log_density"]);
    const values = toFloat64(points).filter((_, i) => i % 3 === 2);
    const { logDensity } = result.json() as { logDensity: { mean: number; n: number; folded: number } };
    expect(logDensity).toMatchObject({ n: 40, folded: 0 });
    expect(logDensity.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / 40, 5);
  });

  it.concurrent("takes corrections, equal steps, and fields that bring no facts", async () => {
    const [corrected, fixed, bare] = await Promise.all([
      run("sample flow.onnx --correction correction.onnx --steps 9 --json"),
      run("sample flow.onnx --method rk4 --steps 2 --json"),
      run("sample ffjord.onnx --span 0,1 --base normal --count 50 --json"),
    ]);
    expect(corrected.json()).toMatchObject({ method: "hyper-heun:correction.onnx:9", nfe: 18, gCalls: 9 });
    expect(corrected.stderr).toContain("outside the trained range");
    expect(fixed.json()).toMatchObject({ method: "rk4:2", nfe: 8, gCalls: 0, warnings: [] });
    expect(bare.json()).toMatchObject({ count: 50, columns: [{ column: "x0" }, { column: "x1" }] });
  });
});

describe("density", () => {
  it.concurrent("writes log-densities behind the points, and agrees with the training", async () => {
    const result = await run("density flow.onnx --data points.csv --out d.csv --json");
    const { nll } = result.json() as { nll: { mean: number; standardError: number; n: number } };
    const { columns, points } = table("d.csv");
    expect([columns, points.shape]).toEqual([
      ["width", "height", "log_density"],
      [400, 3],
    ]);
    const logs = [...toFloat64(points)].filter((_, i) => i % 3 === 2);
    expect(-logs.reduce((total, value) => total + value / 400, 0)).toBeCloseTo(nll.mean, 4);
    const { heldOut } = trained.json() as { heldOut: { nll: { mean: number } } };
    expect(Math.abs(nll.mean - heldOut.nll.mean)).toBeLessThan(0.5);
    await run("density flow.onnx --data points.safetensors --out d.safetensors --rtol 1e-6 --atol 1e-6");
    const stored = place.tensors("d.safetensors");
    expect(stored.x).toEqual(table("points.csv").points);
    const values = fromNumbers([...(stored.log_density?.data ?? [])].map(Number), [400]);
    expectClose(values, fromNumbers(logs, [400]), 1e-3);
  });

  it.concurrent("draws the density over a region, and says what it integrates to", async () => {
    const [around, square] = await Promise.all([
      run("density flow.onnx --data points.csv --picture around.png --json"),
      run("density flow.onnx --grid -7,13,80 --picture square.svg"),
    ]);
    const { grid } = around.json() as { grid: { integral: number; columns: number } };
    // A flow of so little training is wider than its data.
    expect(grid.integral).toBeGreaterThan(0.7);
    expect(grid.integral).toBeLessThan(1.01);
    expect(square.stdout).toMatch(
      /^The density integrates to (1\.00|0\.99)\d\d over \[−7, 13\] × \[−7, 13\]/,
    );
    for (const file of ["around.png", "square.svg"]) expectPicture(file);
  });

  it.concurrent("estimates and corrects, and warns of what that means", async () => {
    const [estimated, corrected] = await Promise.all([
      run(
        "density flow.onnx --data points.csv --estimator hutchinson --noise gaussian --tolerance-on-state --json",
      ),
      run("density flow.onnx --data points.csv --correction correction.onnx --json"),
    ]);
    expect(estimated.json()).toMatchObject({ method: "dopri5@1e-5", nll: { n: 400 } });
    expect(corrected.json()).toMatchObject({ method: "hyper-heun:correction.onnx:1", nfe: 2, gCalls: 1 });
    expect(corrected.stderr).toContain("warning: this correction was fitted for the other direction");
    writeFileSync(place.at("renamed.csv"), blobs().replace("width,height", "height,width"));
    const renamed = await run("density flow.onnx --data renamed.csv");
    expect([renamed.code, renamed.stderr]).toEqual([0, expect.stringContaining("trained on width, height")]);
  });
});

describe("a flow for the other commands", () => {
  it.concurrent("is a field, and starts from a CSV too", async () => {
    const [solved, compared] = await Promise.all([
      run("solve flow.onnx --span 1,0 --states points.csv --out z.safetensors --json"),
      run("compare flow.onnx --correction correction.onnx --samples 20 --budget 2 --tolerances 1e-2 --json"),
    ]);
    expect(solved.json()).toMatchObject({ status: "success", shape: [400, 2] });
    expect(compared.code).toBe(0);
  });
});

/** A command line with other values for some options; no option may be there twice. */
function lightened(line: string, options: string): string {
  const names = options.match(/--[a-z]+ (?=[^-])/g) ?? [];
  const rest = names.reduce((left, name) => left.replace(new RegExp(` ${name}\\S+`), ""), line);
  return `${rest} ${options}`.trim();
}

describe("examples of help", () => {
  it.concurrent("work", async () => {
    const lighter: Readonly<Record<string, string>> = {
      train: "--iterations 3 --hidden 8 --batch 16 --no-figures --force",
      sample: "--count 20",
      density: "",
    };
    copyFileSync(place.at("ffjord.onnx"), place.at("field.onnx"));
    const commands = ["train", "sample", "density"];
    const helps = await place.runAll(commands.map((command) => `${command} --help`));
    const examples = helps.flatMap(({ stdout }, i) => {
      const lines = [...stdout.matchAll(/^ {2}\$ hypersolvers (.*)$/gm)].map(([, line = ""]) => line);
      expect(lines.length).toBeGreaterThan(1);
      return lines.map((line) => lightened(line, lighter[commands[i] ?? ""] ?? ""));
    });
    const results = await place.runAll(examples);
    for (const [i, line] of examples.entries())
      expect([line, results[i]?.code], results[i]?.stderr).toEqual([line, 0]);
  });
});

describe("bad input", () => {
  const cases: readonly (readonly [line: string, code: number, error: string, says: string])[] = [
    ["train pinwhel", 1, "FILE_NOT_READABLE", "neither: no such file, no such density"],
    ["train points.csv --out bad --resume", 1, "FILE_NOT_READABLE", "drop --resume"],
    ["sample flow.onnx --steps 3", 2, "USAGE", "--method"],
    ["density flow.onnx --data three.safetensors --out bad.csv", 1, "SHAPE_MISMATCH", "3 (x0, x1, x2)"],
    ["density flow.onnx --data points.csv --max-steps 2 --out bad.csv", 1, "STEP_LIMIT", "step limit"],
  ];

  it("is refused with a code, an exit code and advice, and leaves no files", async () => {
    const before = readdirSync(place.folder);
    const results = await place.runAll(cases.map(([line]) => `${line} --json --quiet`));
    for (const [i, [line, exitCode, error, says]] of cases.entries()) {
      const { code, stdout = "", stderr = "" } = results[i] ?? {};
      expect([line, code], stderr).toEqual([line, exitCode]);
      expect([line, JSON.parse(stdout).error.code]).toEqual([line, error]);
      expect(stderr).toContain(says);
      expect(stderr).not.toMatch(/^ {4}at /m);
    }
    expect(readdirSync(place.folder)).toEqual(before);
  });
});
