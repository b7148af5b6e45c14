import { describe, expect, test } from "vitest";
import { imageRows } from "../../../../../src/data/internal.js";
import {
  architectureNamed,
  type ClassifierTrainingOptions,
  compileClassifier,
  measureAccuracy,
  newClassifier,
  type TrainedClassifier,
  trainClassifier,
} from "../../../../../src/models/index.js";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../../../../src/optim/index.js";
import type { ProgressEvent, RunContext } from "../../../../../src/runtime/index.js";
import { Random } from "../../../../../src/tensor/index.js";
import { tinyArchitecture, tinyImages } from "../../../../helpers/classifiers.js";
import { cifarForTests, mnistForTests } from "../../../../helpers/images.js";

const steps = { solver: "euler:2" } as const;
const small: ClassifierTrainingOptions = {
  ...{ architecture: tinyArchitecture, data: tinyImages(120), validation: 30, validations: 4 },
  ...{ iterations: 43, batch: 16, learningRate: 1e-2, averageDecay: 0.9, seed: 2, ...steps },
};
/** The ways to differentiate, each with running statistics in h_x and f to carry along. */
const ways: Readonly<Record<string, Partial<ClassifierTrainingOptions>>> = {
  unrolled: {},
  "unrolled, on random meshes": { randomMesh: true },
  "step by step": { gradient: "discrete" },
  "dopri5, discrete": { solver: "dopri5@1e-3" },
  "bosh3, continuous": { solver: "bosh3@1e-2", gradient: "continuous" },
};

/** A training with all its checkpoints, which went through their file. */
async function recorded(options: ClassifierTrainingOptions) {
  const checkpoints: Checkpoint[] = [];
  const onCheckpoint = (checkpoint: Checkpoint): void => {
    checkpoints.push(decodeCheckpoint(encodeCheckpoint(checkpoint), "checkpoint"));
  };
  return { trained: await trainClassifier({ ...options, onCheckpoint }), checkpoints };
}

/** Everything of a result but the time it took. */
const essence = ({ classifier, seconds: _, ...rest }: TrainedClassifier) => ({
  ...rest,
  state: classifier.state,
});

const untimed = (checkpoints: readonly Checkpoint[]) => checkpoints.map(({ seconds: _, ...rest }) => rest);

describe("real digits", () => {
  test("a small network learns them in seconds", async () => {
    const { training, test: heldOut } = await mnistForTests();
    const architecture = architectureNamed("mnist-small");
    const accuracyOf = async (classifier: TrainedClassifier["classifier"]): Promise<number> => {
      const compiled = await compileClassifier(classifier, { method: "euler:2" });
      const { accuracy } = await measureAccuracy(compiled, imageRows(heldOut, 0, 500));
      await compiled.dispose();
      return accuracy;
    };
    const data = imageRows(training, 0, 3000);
    const { classifier, validationAccuracy } = await trainClassifier(
      { architecture, data, iterations: 300, learningRate: 5e-3, ...steps, validations: 3 },
      { threads: 1 },
    );
    expect(await accuracyOf(newClassifier(architecture, new Random(0)))).toBeLessThan(0.4);
    expect(await accuracyOf(classifier)).toBeGreaterThan(0.85);
    expect(validationAccuracy).toBeGreaterThan(0.85);
  });
});

describe.each(Object.entries(ways))("%s", (_name, way) => {
  const options = { ...small, ...way };

  test("learns, and resumes from any checkpoint bit by bit", async () => {
    const { trained, checkpoints } = await recorded(options);
    expect(trained.status).toBe("complete");
    expect(trained.validationAccuracy).toBeGreaterThan(0.8);
    expect(checkpoints.map(({ iteration }) => iteration)).toEqual([10, 20, 30, 40, 43]);
    // From the first, and across the last full stretch; what is unrolled is cheap enough for all.
    const few = checkpoints.filter((_, i) => way.solver === undefined || i === 0 || i === 3);
    for (const checkpoint of few) {
      const again = await recorded({ ...options, checkpoint });
      expect(essence(again.trained)).toEqual(essence(trained));
      const later = checkpoints.filter(({ iteration }) => iteration > checkpoint.iteration);
      expect(untimed(again.checkpoints)).toEqual(untimed(later));
    }
  });
});

describe("a training", () => {
  test("tells how it goes", async () => {
    const seen: number[] = [];
    const { curve } = await trainClassifier(small, {
      onProgress: ({ stage, done, total, metrics = {} }) => {
        const { iteration, nfe, backwardNfe, imagesPerSecond } = metrics;
        expect([stage, total, nfe, backwardNfe]).toEqual(["training", 43, 2, 2]);
        expect(imagesPerSecond).toBeGreaterThan(0);
        expect(iteration).toBe(done);
        seen.push(done);
      },
    });
    expect(seen).toEqual(Array.from({ length: 43 }, (_, i) => i + 1));
    expect(curve.at(-1)?.epoch).toBeCloseTo((43 * 16) / 90, 9);
    expect(curve.filter(({ validationNfe }) => validationNfe === 2)).toHaveLength(5);
  });

  test.each([1, 15, 42])("stopped at iteration %d keeps the best, and goes on bit by bit", async (stop) => {
    const whole = await trainClassifier(small);
    const controller = new AbortController();
    let last: Checkpoint | undefined;
    const onCheckpoint = (checkpoint: Checkpoint): void => {
      last = checkpoint;
    };
    const stopped = await trainClassifier(
      { ...small, onCheckpoint },
      {
        signal: stop === 1 ? AbortSignal.abort() : controller.signal,
        onProgress: ({ done }: ProgressEvent) => {
          if (done === stop) controller.abort();
        },
      },
    );
    expect(stopped.status).toBe("interrupted");
    expect(stopped.iterations).toBe(stop);
    expect(stopped.validationAccuracy).toBeGreaterThan(0);
    // A stop is a place to go on from: nothing is done twice.
    expect(last?.iteration).toBe(stop);
    const resumed = await trainClassifier({ ...small, checkpoint: last });
    expect(essence(resumed)).toEqual(essence(whole));
  });

  test("counts the seconds of all sessions", async () => {
    const { checkpoints } = await recorded(small);
    const times = checkpoints.map(({ seconds }) => seconds);
    expect(times[0]).toBeGreaterThan(0);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const [first] = checkpoints;
    if (first === undefined) throw new Error("no checkpoint");
    const { seconds } = await trainClassifier({ ...small, checkpoint: { ...first, seconds: 1000 } });
    expect(seconds).toBeGreaterThan(1000);
  });

  test("is another one when it goes on from other values", async () => {
    const from = (seed: number) => newClassifier(tinyArchitecture, new Random(seed));
    const { checkpoints } = await recorded({ ...small, from: from(1) });
    const [checkpoint] = checkpoints;
    if (checkpoint === undefined) throw new Error("no checkpoint");
    await expect(trainClassifier({ ...small, from: from(2), checkpoint })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "checkpoint" },
    });
    const resumed = await trainClassifier({ ...small, from: from(1), checkpoint });
    expect(resumed.status).toBe("complete");
  });

  test("goes on from a classifier that was trained before", async () => {
    const { classifier, validationAccuracy } = await trainClassifier(small);
    const { curve } = await trainClassifier({
      ...small,
      from: classifier,
      iterations: 4,
      learningRate: 1e-6,
    });
    expect(curve[0]?.accuracy).toBeGreaterThan(validationAccuracy - 0.3);
    expect((await trainClassifier({ ...small, iterations: 1 })).curve[0]?.accuracy).toBeLessThan(0.7);
  });

  /** A thread needs JavaScript: what `npm run build` made, which `npm test` does first. */
  const built = async () => {
    const { href } = new URL("../../../../../dist/models/index.js", import.meta.url);
    return (await import(href)) as {
      architectureNamed: typeof architectureNamed;
      trainClassifier: typeof trainClassifier;
    };
  };

  test("in a worker thread comes to the same values", async () => {
    const models = await built();
    const { training } = await mnistForTests();
    const trained = (worker: boolean) =>
      models.trainClassifier(
        {
          ...{ ...small, ...steps, architecture: models.architectureNamed("mnist-small"), iterations: 6 },
          data: imageRows(training, 0, 100),
        },
        { threads: 1, worker },
      );
    const [plain, threaded] = [await trained(false), await trained(true)];
    expect(threaded.curve).toEqual(plain.curve);
    expect(threaded.classifier.state).toEqual(plain.classifier.state);
  });

  test("with batch normalisation sees whole batches, whatever threads there are to divide them", async () => {
    const models = await built();
    const { training: data } = await cifarForTests();
    const architecture = models.architectureNamed("cifar10-small");
    const trained = (context: RunContext) =>
      models.trainClassifier(
        { architecture, data, validation: 12, iterations: 3, batch: 32, ...steps },
        context,
      );
    const whole = await trained({ threads: 1 });
    const divided = await trained({ threads: 2, parallel: "batch" });
    for (const [i, { loss }] of whole.curve.entries()) expect(divided.curve[i]?.loss).toBeCloseTo(loss, 5);
  });

  test("that breaks ends in an error, after a few tries", async () => {
    const broken = trainClassifier({ ...small, learningRate: 1e30, clipNorm: 1e30, iterations: 100 });
    await expect(broken).rejects.toMatchObject({ code: "NON_FINITE" });
  });

  const images = tinyImages(120);
  test.each<[string, Partial<ClassifierTrainingOptions>, string]>([
    ["no iterations", { iterations: 0 }, "INVALID_ARGUMENT"],
    ["half a batch", { batch: 0.5 }, "INVALID_ARGUMENT"],
    ["a learning rate of NaN", { learningRate: Number.NaN }, "INVALID_ARGUMENT"],
    ["an average that never moves", { averageDecay: 1 }, "INVALID_ARGUMENT"],
    ["all images for validation", { validation: 120 }, "INVALID_ARGUMENT"],
    [
      "an unrolled solve with step control",
      { gradient: "unrolled", solver: "dopri5@rtol=1e-3" },
      "INVALID_ARGUMENT",
    ],
    ["an unknown method", { solver: "rk17:2" }, "INVALID_ARGUMENT"],
    [
      "a label without class",
      { data: { ...images, labels: images.labels.map((x) => x + 1) } },
      "INVALID_ARGUMENT",
    ],
    ["too few labels", { data: { ...images, labels: images.labels.subarray(1) } }, "INVALID_ARGUMENT"],
    ["other classes", { data: { ...images, classes: ["a", "b"] } }, "INVALID_ARGUMENT"],
    [
      "values of another architecture",
      { from: newClassifier(architectureNamed("mnist-small"), new Random(1)) },
      "INVALID_ARGUMENT",
    ],
    ["images of another size", { data: { ...images, shape: [120, 1, 2, 8] } }, "SHAPE_MISMATCH"],
    ["other validation images", { validation: { ...images, shape: [120, 4, 2, 2] } }, "SHAPE_MISMATCH"],
  ])("refuses %s", async (_, wrong, code) => {
    await expect(trainClassifier({ ...small, ...wrong })).rejects.toMatchObject({ code });
  });

  test("refuses the checkpoint of another one, and damaged ones", async () => {
    const { checkpoints } = await recorded({ ...small, iterations: 4 });
    const [checkpoint] = checkpoints;
    if (checkpoint === undefined) throw new Error("no checkpoint");
    await expect(trainClassifier({ ...small, checkpoint })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    const bytes = encodeCheckpoint(checkpoint);
    const decode = (file: Uint8Array) => () => decodeCheckpoint(file, "file");
    expect(decode(bytes.subarray(0, 100))).toThrow(expect.objectContaining({ code: "MALFORMED_FILE" }));
    expect(decode(new Uint8Array(8))).toThrow(expect.objectContaining({ code: "MALFORMED_FILE" }));
    const { "parameters.inlet.0.weight": _, ...others } = checkpoint.trainer;
    const { best } = checkpoint;
    if (best === undefined) throw new Error("nothing was validated");
    const { "inlet.0.weight": _best, ...few } = best.values;
    for (const part of [{ trainer: others }, { best: { ...best, values: few } }]) {
      const maimed = { ...checkpoint, ...part };
      await expect(trainClassifier({ ...small, iterations: 4, checkpoint: maimed })).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
      });
    }
  });
});
