import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { type Claim, inRunFolder } from "../../../../src/cli/files/run-claim.js";
import { LOCK_FILE } from "../../../../src/cli/files/run-lock.js";
import { UsageError } from "../../../../src/cli/options/usage-error.js";
import { told } from "../../../helpers/told.js";

const folder = mkdtempSync(join(tmpdir(), "hypersolvers-claim-"));
const home = process.cwd();
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const claimed = (out: string, claim: Claim = {}): Promise<string> =>
  inRunFolder(out, claim, async () => "ran");

describe("a finished run", () => {
  const finished = { "metrics.json": '{"status": "complete"}' };
  test.each<[string, Readonly<Record<string, string>>, Claim, boolean]>([
    ["nothing", {}, {}, true],
    ["a finished run", finished, {}, false],
    ["a finished run, --force", finished, { force: true }, true],
    ["a finished run, --resume", finished, { resume: true }, true],
    [
      "an interrupted one",
      { "metrics.json": '{"fits": {"status": "complete"}, "status": "interrupted"}' },
      {},
      true,
    ],
    ["one of a comparison", { "comparison.json": "{}" }, {}, false],
    ["files of other kinds", { "config.json": "{}", "notes.txt": "mine" }, {}, true],
  ])("in the folder is replaced only when that is said: %s", async (name, files, claim, runs) => {
    mkdirSync(name);
    for (const [path, content] of Object.entries(files)) writeFileSync(join(name, path), content);
    if (runs) expect(await claimed(name, claim)).toBe("ran");
    else await expect(claimed(name, claim)).rejects.toThrow(UsageError);
    for (const [path, content] of Object.entries(files))
      expect(readFileSync(join(name, path), "utf8")).toBe(content);
    expect(existsSync(join(name, LOCK_FILE))).toBe(false);
  });

  it("is refused by every command that writes a folder", async () => {
    mkdirSync("done");
    writeFileSync("done/metrics.json", "{}");
    for (const line of [
      "fit no.onnx --base heun --steps 1 --states normal --out done",
      "tune no.onnx --error 1 --out done",
      "compare no.onnx --span 0,1 --out done",
      "train pinwheel --out done",
      "reproduce theory --out done",
    ]) {
      const { code, text } = await told(line);
      expect([code, text]).toEqual([2, expect.stringContaining(`one with ${join("done", "metrics.json")}`)]);
      expect(text).toContain("add --force to replace that run");
    }
  });
});

describe("two runs in one folder", () => {
  const lockOf = (name: string, holder: unknown): void => {
    mkdirSync(name);
    writeFileSync(join(name, LOCK_FILE), typeof holder === "string" ? holder : JSON.stringify(holder));
  };

  it("are one too many while the first goes on", async () => {
    const second = inRunFolder("busy", {}, () => claimed("busy"));
    await expect(second).rejects.toThrow(`process ${process.pid} on ${hostname()}`);
    expect(await claimed("busy")).toBe("ran");
    expect(existsSync("busy")).toBe(false);
  });

  it("are refused where the other machine is not this one", async () => {
    lockOf("far", { pid: 1, host: "elsewhere", since: "then" });
    await expect(claimed("far")).rejects.toMatchObject({
      code: "FILE_NOT_WRITABLE",
      facts: {
        received: "process 1 on elsewhere, since then",
        help: expect.stringContaining(join("far", LOCK_FILE)),
      },
    });
  });

  it.each([
    [
      "a process that is gone",
      { pid: spawnSync(process.execPath, ["--version"]).pid, host: hostname(), since: "" },
    ],
    ["a process before this one, of its number", { pid: process.pid, host: hostname(), since: "" }],
    ["nobody: it was cut off", '{"pid": 12'],
  ])("are one where the lock is of %s", async (name, holder) => {
    lockOf(name, holder);
    expect(await claimed(name)).toBe("ran");
    expect(existsSync(join(name, LOCK_FILE))).toBe(false);
  });
});
