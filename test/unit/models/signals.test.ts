import { describe, expect, test } from "vitest";
import {
  compileClassifier,
  compileFlowDensity,
  compileFlowSampler,
  measureAccuracy,
  newClassifier,
} from "../../../src/models/index.js";
import { Random } from "../../../src/tensor/index.js";
import { tinyArchitecture, tinyImages } from "../../helpers/classifiers.js";
import { flowOver, normals, smallField } from "../../helpers/flows.js";

const flow = flowOver(smallField(2));
const classifier = newClassifier(tinyArchitecture, new Random(8));
const points = normals(5, 2, 1);

interface Ready {
  run(): Promise<object & { readonly statistics: object }>;
  dispose(): Promise<void>;
}

/** What solves a model, ready to run on the same input again and again. */
const compiled: Readonly<Record<string, (method: string, signal?: AbortSignal) => Promise<Ready>>> = {
  sampler: async (method, signal) => {
    const sampler = await compileFlowSampler(flow, { method, signal });
    return { run: () => sampler.push(points), dispose: () => sampler.dispose() };
  },
  density: async (method, signal) => {
    const density = await compileFlowDensity(flow, { method, signal });
    return { run: () => density.run(points), dispose: () => density.dispose() };
  },
  classifier: async (method, signal) => {
    const ready = await compileClassifier(classifier, { method, signal });
    return { run: () => ready.run(tinyImages(4)), dispose: () => ready.dispose() };
  },
};

/** One program; single steps; step control. */
const methods = ["heun:2", "euler:150", "dopri5@1e-4"];
const cases = Object.keys(compiled).flatMap((name) => methods.map((method) => [name, method] as const));

describe.each(cases)("a signal for a %s by %s", (name, method) => {
  const make = compiled[name] as (method: string, signal?: AbortSignal) => Promise<Ready>;

  test("changes nothing while it is not raised, and stops what runs when it is", async () => {
    const abort = new AbortController();
    const [watched, free] = [await make(method, abort.signal), await make(method)];
    const [ours, theirs] = [await watched.run(), await free.run()];
    const timeless = ({ statistics, ...values }: Awaited<ReturnType<Ready["run"]>>): object => ({
      ...values,
      statistics: { ...statistics, milliseconds: 0 },
    });
    expect(timeless(ours)).toEqual(timeless(theirs));
    const running = watched.run();
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: "INTERRUPTED" });
    await expect(watched.run()).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(timeless(await free.run())).toEqual(timeless(theirs));
    await watched.dispose();
    await free.dispose();
  });
});

test("measuring an accuracy stops between batches", async () => {
  const abort = new AbortController();
  const ready = await compileClassifier(classifier, { method: "heun:2", signal: abort.signal });
  const done: number[] = [];
  const onBatch = (count: number): void => {
    done.push(count);
    if (count === 8) abort.abort();
  };
  await expect(measureAccuracy(ready, tinyImages(16), { batch: 4, onBatch })).rejects.toMatchObject({
    code: "INTERRUPTED",
  });
  expect(done).toEqual([4, 8]);
  await ready.dispose();
});
