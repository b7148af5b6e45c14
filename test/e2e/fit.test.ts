import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
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
      hypersolver: { method: "hyper-heun", steps: 2, gCalls: 2, ...error, ...costs },
      seconds: { reference: expect.any(Number), fit: expect.any(Number), measure: expect.any(Number) },
      paths: { correction: join("run", "correction.onnx"), metrics: join("run", "metrics.json") },
    });
    expect(fitted.json().losses).toHaveLength(40);
    expect(JSON.parse(readFileSync(place.at("run", "metrics.json"), "utf8")).status).toBe("complete");
  });

  it.concurrent("keeps the best so far at the first Ctrl-C, and says so", async () => {
    const args = `fit field.onnx --base heun --steps 2 --states normal --out stopped --json ${LIGHT_FIT} --iterations 1000000`;
    const job = start(args.split(" "), place.folder);
    await job.says("fitting:");
    job.child.kill("SIGINT");
    const { code, stderr, json } = await job.finished;
    expect(code).toBe(130);
    expect(stderr).toContain("the best correction so far is measured and written.");
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
      "fit ffjord.onnx --base heun --steps 1 --states normal --out quit --iterations 1000000 --trajectories 64";
    const job = start(args.split(" "), place.folder);
    await job.says("fitting:");
    job.child.kill("SIGINT");
    await job.says("Ctrl-C again");
    // Two within milliseconds are one key press.
    await new Promise((done) => setTimeout(done, 300));
    job.child.kill("SIGINT");
    expect((await job.finished).code).toBe(130);
    expect(existsSync(place.at("quit"))).toBe(false);
  });
});
