import { describe, expect, test } from "vitest";
import { type FitJob, fitStage, type KeptFit } from "../../../../src/experiments/fit/fit-stage.js";
import { correctionLearner } from "../../../../src/experiments/index.js";
import { checkpointFile, resultOf, type StageContext } from "../../../../src/experiments/kit/stage.js";
import { decodeCorrection } from "../../../../src/hypersolver/index.js";
import { checkpointsInMemory } from "../../../helpers/checkpoints.js";
import { pendulum, smallFit } from "../../../helpers/fitting.js";

const { states, ...fit } = smallFit;
const spec = { ...fit, iterations: 40, trajectories: 64, batch: 32 };
const job: FitJob = {
  ...{ name: "HyperHeun", file: "correction-heun.onnx", settings: spec },
  request: {
    ...{ field: pendulum(), title: "a fit", command: "test", heldOut: 40, budget: [2], states },
    learner: correctionLearner(spec),
  },
};
const checkpoint = checkpointFile(`fit ${job.name}`);
const made = (context: StageContext, onLearned = async (): Promise<void> => {}): Promise<KeptFit> =>
  resultOf(fitStage(job, onLearned), { threads: 1, ...context });

describe("the fit of an experiment", () => {
  test("that is stopped goes on from there, bit by bit, and leaves no checkpoint", async () => {
    const whole = await made({ store: checkpointsInMemory(), resume: false });
    const store = checkpointsInMemory();
    const abort = new AbortController();
    const stopped = await made({
      ...{ store, resume: false, signal: abort.signal },
      onProgress: ({ stage, done }) => {
        if (stage === "fitting" && done === 13) abort.abort();
      },
    });
    expect(stopped.metrics).toMatchObject({ status: "interrupted", iterations: 13 });
    expect([...store.files.keys()]).toEqual([checkpoint]);
    const seen: number[] = [];
    const resumed = await made({
      ...{ store, resume: true },
      onProgress: ({ stage, done }) => {
        if (stage === "fitting") seen.push(done);
      },
    });
    expect(seen).toEqual(Array.from({ length: 27 }, (_, i) => 14 + i));
    expect(resumed.correction.parameters).toEqual(whole.correction.parameters);
    expect(store.files.has(checkpoint)).toBe(false);
  });

  test("is handed out before it is measured; where measuring fails it is not made again", async () => {
    const store = checkpointsInMemory();
    const events: string[] = [];
    const contents: Uint8Array[] = [];
    let breaks = true;
    const onProgress: StageContext["onProgress"] = ({ stage }) => {
      events.push(stage);
      if (breaks && stage === "measuring methods") throw new Error("out of memory");
    };
    const stage = fitStage(job, async (path, content) => {
      events.push(path);
      contents.push(content as Uint8Array);
    });
    const attempt = (resume: boolean) => resultOf(stage, { threads: 1, store, resume, onProgress });
    await expect(attempt(false)).rejects.toThrow("out of memory");
    expect(events.slice(-2)).toEqual([job.file, "measuring methods"]);
    expect([...store.files.keys()]).toEqual([checkpoint]);
    events.length = 0;
    breaks = false;
    const { metrics, content } = await attempt(true);
    expect(events).not.toContain("fitting");
    expect(events.indexOf(job.file)).toBeLessThan(events.indexOf("measuring methods"));
    expect(metrics).toMatchObject({ status: "complete", iterations: 40 });
    const parameters = (file: Uint8Array) => decodeCorrection(file, "correction.onnx").parameters;
    for (const each of contents) expect(parameters(each)).toEqual(parameters(content));
  });

  test("with another seed is another, which is not taken from the first", async () => {
    const store = checkpointsInMemory();
    const first = await made({ store, resume: false });
    expect((await made({ store, resume: true })).content).toEqual(first.content);
    const seed = (smallFit.seed ?? 0) + 1;
    const other: FitJob = {
      ...job,
      settings: { ...spec, seed },
      request: { ...job.request, learner: correctionLearner({ ...spec, seed }) },
    };
    const stages: string[] = [];
    const { correction } = await resultOf(
      fitStage(other, async () => {}),
      { threads: 1, store, resume: true, onProgress: ({ stage }) => stages.push(stage) },
    );
    expect(stages).toContain("fitting");
    expect(correction.parameters).not.toEqual(first.correction.parameters);
  });
});
