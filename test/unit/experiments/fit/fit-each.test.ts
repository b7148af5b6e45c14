import { describe, expect, test } from "vitest";
import { type FitJob, fitEach } from "../../../../src/experiments/fit/fit-each.js";
import type { ExperimentOptions } from "../../../../src/experiments/index.js";
import { decodeCorrection } from "../../../../src/hypersolver/index.js";
import { checkpointsInMemory } from "../../../helpers/checkpoints.js";
import { pendulum, smallFit } from "../../../helpers/fitting.js";

const fit = { ...smallFit, iterations: 40, trajectories: 64, batch: 32 };
const job = (name: string, iterations: number): FitJob => ({
  ...{ name, file: `correction-${name}.onnx`, settings: { name, iterations } },
  request: { field: pendulum(), title: name, heldOut: 40, budget: [2], fit: { ...fit, iterations } },
});
const jobs = [job("a", 20), job("b", 40)];
const options: ExperimentOptions = { preset: "smoke", seed: 1, command: "test", compile: { threads: 1 } };

describe("fits of a run", () => {
  test("that is stopped within one go on from there, bit by bit, and leave no checkpoint", async () => {
    const whole = await fitEach(jobs, options);
    const checkpoints = checkpointsInMemory();
    const abort = new AbortController();
    const stopped = await fitEach(jobs, {
      ...{ ...options, checkpoints, signal: abort.signal },
      onProgress: ({ stage, done, total }) => {
        if (stage === "fitting" && total === 40 && done === 13) abort.abort();
      },
    });
    expect(stopped.b?.metrics).toMatchObject({ status: "interrupted", iterations: 13 });
    expect([...checkpoints.files.keys()].sort()).toEqual([
      ...["checkpoint-correction-b.safetensors", "kept-correction-a.onnx", "kept-correction-a.onnx.json"],
    ]);
    const seen: number[] = [];
    const resumed = await fitEach(jobs, {
      ...{ ...options, checkpoints, resume: true },
      onProgress: ({ stage, done }) => {
        if (stage === "fitting") seen.push(done);
      },
    });
    expect(seen).toEqual(Array.from({ length: 27 }, (_, i) => 14 + i));
    for (const name of ["a", "b"])
      expect(resumed[name]?.correction.parameters).toEqual(whole[name]?.correction.parameters);
    expect([...checkpoints.files.keys()].filter((name) => name.startsWith("checkpoint-"))).toEqual([]);
  });

  test("are handed out before they are measured; where measuring fails they are not made again", async () => {
    const checkpoints = checkpointsInMemory();
    const events: string[] = [];
    let breaks = true;
    const contents: Uint8Array[] = [];
    const watched: ExperimentOptions = {
      ...{ ...options, checkpoints },
      onProgress: ({ stage }) => {
        events.push(stage);
        if (breaks && stage === "measuring methods") throw new Error("out of memory");
      },
      onLearned: async ({ path, content }) => {
        events.push(path);
        contents.push(content as Uint8Array);
      },
    };
    const [first] = jobs as [FitJob];
    await expect(fitEach([first], watched)).rejects.toThrow("out of memory");
    expect(events.slice(-2)).toEqual(["correction-a.onnx", "measuring methods"]);
    expect([...checkpoints.files.keys()]).toEqual(["checkpoint-correction-a.safetensors"]);
    events.length = 0;
    breaks = false;
    const made = await fitEach([first], { ...watched, resume: true });
    expect(events).not.toContain("fitting");
    expect(events.indexOf("correction-a.onnx")).toBeLessThan(events.indexOf("measuring methods"));
    expect(made.a?.metrics).toMatchObject({ status: "complete", iterations: 20 });
    for (const content of contents) {
      const { parameters } = decodeCorrection(content, "correction.onnx");
      expect(parameters).toEqual(
        decodeCorrection(made.a?.content as Uint8Array, "correction.onnx").parameters,
      );
    }
  });
});
