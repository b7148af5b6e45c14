import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { start } from "./command-line.js";
import { LIGHT_FIT, workplace } from "./workplace.js";

const place = workplace();
afterAll(place.remove);

const LINE = `fit field.onnx --base heun --steps 2 --states normal --no-compare --json ${LIGHT_FIT.replace("--budget 2,4 ", "")}`;
const ENDLESS = LINE.replace("--iterations 40", "--iterations 1000000");

/** What a fit leaves beside what it would go on from. */
const RESULTS = ["correction.onnx", "metrics.json", "solver.onnx"];

describe("a fit that is told to stop", () => {
  it.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("keeps the best so far: %s", async (signal, exitCode) => {
    const job = start([...ENDLESS.split(" "), "--out", signal], place.folder);
    await job.says("fitting:");
    job.child.kill(signal);
    const { code, json } = await job.finished;
    expect(code).toBe(exitCode);
    expect(json()).toMatchObject({ status: "interrupted", paths: { folder: signal } });
    expect(readdirSync(place.at(signal))).toEqual(expect.arrayContaining(RESULTS));
  });

  it("keeps it after a hang-up, which takes the terminal along, and when told so twice", async () => {
    const job = start([...ENDLESS.split(" "), "--out", "hung"], place.folder);
    await job.says("fitting:");
    job.child.stdout?.destroy();
    job.child.stderr?.destroy();
    job.child.kill("SIGHUP");
    job.child.kill("SIGTERM");
    expect([129, 143]).toContain((await job.finished).code);
    expect(existsSync(place.at("hung", "correction.onnx"))).toBe(true);
  });

  it("takes two interrupts within milliseconds, as npm makes them of one key press, for one", async () => {
    const job = start([...ENDLESS.split(" "), "--out", "pressed"], place.folder);
    await job.says("fitting:");
    job.child.kill("SIGINT");
    job.child.kill("SIGINT");
    expect((await job.finished).json()).toMatchObject({ status: "interrupted" });
  });
});

describe("a fit whose output nobody reads", () => {
  it.each([{ closed: ["stderr"] }, { closed: ["stdout", "stderr"] }] as const)(
    "goes on to its files: $closed",
    async ({ closed }) => {
      const out = `unread-${closed.join("-")}`;
      const job = start([...LINE.split(" "), "--out", out], place.folder);
      for (const name of closed) job.child[name]?.destroy();
      const { code, stdout } = await job.finished;
      expect(code).toBe(0);
      expect(readdirSync(place.at(out))).toEqual(expect.arrayContaining(RESULTS));
      if (closed[0] !== "stdout") expect(JSON.parse(stdout)).toMatchObject({ status: "complete" });
    },
  );
});

describe("a half-written file", () => {
  it("does not outlive its process", async () => {
    const path = place.at("half.tmp");
    const script = place.at("half.mjs");
    writeFileSync(
      script,
      `import { writeFileSync } from "node:fs";
       import { whileHalfWritten } from "${pathToFileURL(resolve("dist/cli/files/half-written.js"))}";
       const path = ${JSON.stringify(path)};
       await whileHalfWritten(path, async () => {
         writeFileSync(path, "half");
         console.log("writing");
         await new Promise((done) => setTimeout(done, 30_000));
       });`,
    );
    const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((done) => child.on("close", done));
    await new Promise((done) => child.stdout.once("data", done));
    expect(existsSync(path)).toBe(true);
    child.kill("SIGTERM");
    expect(await ended).toBe(143);
    expect(existsSync(path)).toBe(false);
  });
});

describe("a file that cannot be written", () => {
  it("does not cost the others, nor the result", async () => {
    mkdirSync(place.at("partly", "solver.onnx"), { recursive: true });
    const { code, stderr, json } = await place.run(...LINE.split(" "), "--out", "partly");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: FILE_NOT_WRITABLE: .*solver\.onnx/m);
    expect(json()).toMatchObject({
      status: "complete",
      error: { code: "FILE_NOT_WRITABLE" },
      paths: {
        correction: join("partly", "correction.onnx"),
        solver: null,
        metrics: join("partly", "metrics.json"),
      },
    });
  });
});
