import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { tuneJob } from "../../../src/cli/commands/tune/job.js";
import { silentProgress } from "../../../src/cli/terminal/progress.js";
import { told } from "../../helpers/told.js";

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-tune-"));
const LIGHT = "--states normal --samples 20 --seconds 0.3 --threads 1";

beforeAll(() => {
  copyFileSync(resolve("pretrained/ffjord_gaussians_field.onnx"), join(folder, "field.onnx"));
  process.chdir(folder);
  // A clock that a busy machine cannot hurry: it goes by 2 ms whenever it is looked at.
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 2));
});
afterAll(() => {
  vi.restoreAllMocks();
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

describe("tune", () => {
  it("writes a solver, its report and a ledger, from which it goes on", async () => {
    const found = await told(`tune field.onnx --error 5 ${LIGHT} --out tuned`);
    expect([found.code, found.json], found.text).toEqual([
      0,
      expect.objectContaining({ met: true, out: "tuned", exported: expect.any(String) }),
    ]);
    for (const file of ["solver.onnx", "report.html", "metrics.json", "config.json", "figures/frontier.svg"])
      expect(existsSync(join("tuned", file)), file).toBe(true);
    const { frontier } = JSON.parse(readFileSync("tuned/metrics.json", "utf8"));
    expect(existsSync("tuned/ledger/stages/midpoint-1.story.json")).toBe(true);
    const again = await told("tune --resume --out tuned");
    expect(again.code, again.text).toBe(0);
    const resumed = JSON.parse(readFileSync("tuned/metrics.json", "utf8")).frontier;
    expect(resumed[0]).toEqual(frontier[0]);
    const other = await told("tune --resume --out tuned --error 1");
    expect([other.code, other.text]).toEqual([2, expect.stringContaining("--error")]);
  });

  it("ends with exit code 3 and a warning where nothing keeps to the error", async () => {
    const warnings: string[] = [];
    const silent = { result: () => {}, data: () => {}, note: () => {} };
    const output = { ...silent, warn: (text: string) => void warnings.push(text) };
    const result = await tuneJob.run(
      { field: "field.onnx", error: 1e-12, states: "normal", samples: 20, seconds: 0.3, out: "missed" },
      { output, progress: silentProgress, commandLine: "tune", machine: { threads: 1 } },
    );
    expect([result.exitCode, result.json]).toEqual([3, expect.objectContaining({ met: false })]);
    expect(result.text).toContain("No solver found has a mean error of at most 1.00e-12");
    expect(warnings).toEqual([expect.stringContaining("closest")]);
  });

  it("refuses what is no error", async () => {
    const refused = await told(`tune field.onnx --error 0 ${LIGHT}`);
    expect([refused.code, refused.text]).toEqual([2, expect.stringContaining("--error")]);
  });
});
