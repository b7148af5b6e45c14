import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { decodeCorrection } from "../../src/hypersolver/index.js";
import { encodeSafetensors } from "../../src/tensor/index.js";
import { start } from "./command-line.js";
import { LIGHT_FIT, workplace } from "./workplace.js";

const place = workplace();
afterAll(place.remove);

describe("fit", () => {
  it("writes a correction and tells everything as JSON", async () => {
    const fitted = await place.fit();
    expect(fitted.code).toBe(0);
    const error = { mean: expect.any(Number), median: expect.any(Number), relative: expect.any(Number) };
    const costs = { nfe: 4, macs: expect.any(Number), milliseconds: expect.any(Number) };
    expect(fitted.json()).toMatchObject({
      ...{ status: "complete", iterations: 40, heldOutSamples: 40, noiseFloor: expect.any(Number) },
      base: { method: "heun", steps: 2, gCalls: 0, ...error, ...costs },
      learned: { method: "hyper-heun", steps: 2, gCalls: 2, ...error, ...costs },
      seconds: { reference: expect.any(Number), fit: expect.any(Number), measure: expect.any(Number) },
      paths: { correction: join("run", "correction.onnx"), metrics: join("run", "metrics.json") },
    });
    expect(fitted.json().losses).toHaveLength(40);
    expect(JSON.parse(readFileSync(place.at("run", "metrics.json"), "utf8")).status).toBe("complete");
  });

  it.concurrent("keeps the best so far at the first Ctrl-C, and says so", async () => {
    const args = `fit field.onnx --base heun --steps 2 --states normal --out stopped --json ${LIGHT_FIT.replace("--iterations 40", "--iterations 1000000")}`;
    const job = start(args.split(" "), place.folder);
    await job.says("fitting:");
    job.child.kill("SIGINT");
    const { code, stderr, json } = await job.finished;
    expect(code).toBe(130);
    expect(stderr).toContain("what is best so far is measured and written.");
    expect(json()).toMatchObject({
      status: "interrupted",
      paths: { correction: join("stopped", "correction.onnx") },
    });
    expect(Number(json().iterations)).toBeGreaterThan(0);
    expect(existsSync(place.at("stopped", "correction.onnx"))).toBe(true);
    expect(readdirSync(place.at("stopped")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it.concurrent("ends at once at the second Ctrl-C", async () => {
    const args =
      "fit ffjord.onnx --base heun --steps 1 --states normal --out quit --iterations 1000000 --trajectories 64 --samples 20000";
    const job = start(args.split(" "), place.folder);
    await job.says("fitting:");
    job.child.kill("SIGINT");
    await job.says("Ctrl-C again");
    // Two within half a second are one key press.
    await new Promise((done) => setTimeout(done, 700));
    job.child.kill("SIGINT");
    const { code, stdout } = await job.finished;
    expect([code, stdout]).toEqual([130, ""]);
    // What was learned may be there already, whole; half a file is not.
    const left = readdirSync(place.folder).includes("quit") ? readdirSync(place.at("quit")) : [];
    expect(left.filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(left).not.toContain("report.html");
    if (left.includes("correction.onnx"))
      decodeCorrection(readFileSync(place.at("quit", "correction.onnx")), "correction.onnx");
  });

  it.concurrent("goes on from the checkpoint of a Ctrl-C to the same correction, bit by bit, without its options said again", async () => {
    const line = `fit field.onnx --base heun --steps 2 --states normal --json ${LIGHT_FIT.replace("--iterations 40", "--iterations 1500")}`;
    const whole = place.run(...`${line} --quiet --out whole`.split(" "));
    const job = start(`${line} --out broken`.split(" "), place.folder);
    await job.says("fitting:");
    job.child.kill("SIGINT");
    const stopped = await job.finished;
    expect(stopped.code, stopped.stderr).toBe(130);
    const checkpoint = join("broken", "checkpoint.safetensors");
    expect(stopped.json()).toMatchObject({ status: "interrupted", paths: { checkpoint } });
    expect(JSON.parse(readFileSync(place.at("broken", "config.json"), "utf8"))).toMatchObject({
      iterations: 1500,
    });
    const other = await place.run(...`${line} --lr 0.5 --out broken --resume`.split(" "));
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringContaining("drop --lr to go on with that run"),
    ]);
    const resumed = await place.run(..."fit --resume --out broken --json --quiet".split(" "));
    expect(resumed.json()).toMatchObject({
      status: "complete",
      iterations: 1500,
      paths: { checkpoint: null },
    });
    expect((await whole).code).toBe(0);
    // The cards tell the errors of different measurements; what was learned is the same.
    const learned = (folder: string) =>
      decodeCorrection(readFileSync(place.at(folder, "correction.onnx")), folder).parameters;
    expect(learned("broken")).toEqual(learned("whole"));
    expect(resumed.json().losses).toEqual((await whole).json().losses);
    expect(readdirSync(place.at("broken"))).not.toContain("checkpoint.safetensors");
  });

  it.concurrent("has what it learned on disk before it measures, and measures that when it is resumed", async () => {
    const line = `fit field.onnx --base heun --steps 2 --states normal --out lost ${LIGHT_FIT}`;
    const longer = line.replace("--samples 40 --budget 2,4", "--samples 2000 --budget 16,32");
    const job = start(longer.split(" "), place.folder);
    while (!existsSync(place.at("lost", "correction.onnx")) && job.child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 5));
    job.child.kill("SIGKILL");
    await job.finished;
    const left = readdirSync(place.at("lost"));
    expect(left).toContain("checkpoint.safetensors");
    expect(left).not.toContain("metrics.json");
    const before = readFileSync(place.at("lost", "correction.onnx"));
    const resumed = await place.run(..."fit --resume --out lost --samples 40 --budget 2,4 --json".split(" "));
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).not.toContain("fitting");
    expect(resumed.json()).toMatchObject({ status: "complete", iterations: 40 });
    const after = readFileSync(place.at("lost", "correction.onnx"));
    expect(decodeCorrection(after, "after").parameters).toEqual(
      decodeCorrection(before, "before").parameters,
    );
    expect(readdirSync(place.at("lost"))).not.toContain("checkpoint.safetensors");
  });

  it.concurrent("tells that there is nothing to go on from, or that it will be lost", async () => {
    const line = `fit field.onnx --base heun --steps 2 --states normal ${LIGHT_FIT}`.split(" ");
    const none = await place.run(...line, "--out", "nothing", "--resume");
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("drop --resume")]);
    mkdirSync(place.at("old"));
    writeFileSync(
      place.at("old", "checkpoint.safetensors"),
      encodeSafetensors({}, { "hypersolvers.flow-checkpoint": "{}" }),
    );
    const old = await place.run(...line, "--out", "old", "--resume");
    expect([old.code, old.stderr]).toEqual([1, expect.stringContaining("an earlier version wrote")]);
    const anew = await place.run(...line, "--out", "old");
    expect([anew.code, anew.stderr]).toEqual([0, expect.stringContaining("--resume would go on from it")]);
    expect(existsSync(place.at("old", "checkpoint.safetensors"))).toBe(false);
  });
});
