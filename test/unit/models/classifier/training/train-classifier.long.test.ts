import { describe, expect, test } from "vitest";
import type { ImageSet } from "../../../../../src/data/index.js";
import { imageRows } from "../../../../../src/data/internal.js";
import type { ClassifierTrainingInputs } from "../../../../../src/models/classifier/training/training-inputs.js";
import {
  architectureNamed,
  type ClassifierTrainingSpec,
  compileClassifier,
  measureAccuracy,
  newClassifier,
  type TrainedClassifier,
  trainClassifier,
} from "../../../../../src/models/index.js";
import { defineTableau, euler, fixed } from "../../../../../src/ode/index.js";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../../../../src/optim/index.js";
import type { ProgressEvent, RunContext } from "../../../../../src/runtime/index.js";
import { Random } from "../../../../../src/tensor/index.js";
import { tinyArchitecture, tinyImages } from "../../../../helpers/classifiers.js";
import { cifarForTests, mnistForTests } from "../../../../helpers/images.js";

const steps = { solver: "euler:2" } as const;
const data = tinyImages(120);
const tiny: ClassifierTrainingInputs = { architecture: tinyArchitecture };
const small: ClassifierTrainingSpec = {
  validation: 30,
  validations: 4,
  iterations: 43,
  batch: 16,
  learningRate: 1e-2,
  averageDecay: 0.9,
  seed: 2,
  ...steps,
};
/** The ways to differentiate, each with running statistics in h_x and f to carry along. */
const ways: Readonly<Record<string, Partial<ClassifierTrainingSpec>>> = {
  unrolled: {},
  "unrolled, on random meshes": { randomMesh: true },
  "step by step": { gradient: "discrete" },
  "dopri5, discrete": { solver: "dopri5@1e-3" },
  "bosh3, continuous": { solver: "bosh3@1e-2", gradient: "continuous" },
};

/** A training with all its checkpoints, which went through their file. */
async function recorded(spec: ClassifierTrainingSpec, inputs: ClassifierTrainingInputs = {}) {
  const checkpoints: Checkpoint[] = [];
  const onCheckpoint = (checkpoint: Checkpoint): void => {
    checkpoints.push(decodeCheckpoint(encodeCheckpoint(checkpoint), "checkpoint"));
  };
  const trained = await trainClassifier(data, spec, { ...tiny, ...inputs, onCheckpoint });
  return { trained, checkpoints };
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
      const { accuracy } = await measureAccuracy(compiled, imageRows(heldOut, 0, 300));
      await compiled.dispose();
      return accuracy;
    };
    const { classifier, validationAccuracy } = await trainClassifier(
      imageRows(training, 0, 3000),
      { architecture: "mnist-small", iterations: 150, learningRate: 5e-3, validations: 3, ...steps },
      {},
      { threads: 1 },
    );
    expect(await accuracyOf(newClassifier(architecture, new Random(0)))).toBeLessThan(0.4);
    expect(await accuracyOf(classifier)).toBeGreaterThan(0.85);
    expect(validationAccuracy).toBeGreaterThan(0.85);
  });
});

describe.each(Object.entries(ways))("%s", (_name, way) => {
  const options = { ...small, ...way };

  test("learns, and resumes from a checkpoint bit by bit", async () => {
    const { trained, checkpoints } = await recorded(options);
    expect(trained.status).toBe("complete");
    expect(trained.validationAccuracy).toBeGreaterThan(0.8);
    expect(checkpoints.map(({ iteration }) => iteration)).toEqual([10, 20, 30, 40, 43]);
    // The loop is the same for all ways: from every checkpoint by the cheapest; by the others from one, across full
    // stretches and what is left at the end.
    const few = checkpoints.filter((_, i) => way === ways.unrolled || i === 1);
    expect(few).toHaveLength(way === ways.unrolled ? 5 : 1);
    for (const checkpoint of few) {
      const again = await recorded(options, { checkpoint });
      expect(essence(again.trained)).toEqual(essence(trained));
      const later = checkpoints.filter(({ iteration }) => iteration > checkpoint.iteration);
      expect(untimed(again.checkpoints)).toEqual(untimed(later));
    }
  });
});

describe("a training", () => {
  test("tells how it goes", async () => {
    const seen: number[] = [];
    const { curve } = await trainClassifier(data, small, tiny, {
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
    const whole = await trainClassifier(data, small, tiny);
    const controller = new AbortController();
    let last: Checkpoint | undefined;
    const onCheckpoint = (checkpoint: Checkpoint): void => {
      last = checkpoint;
    };
    const stopped = await trainClassifier(
      data,
      small,
      { ...tiny, onCheckpoint },
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
    const resumed = await trainClassifier(data, small, { ...tiny, checkpoint: last });
    expect(essence(resumed)).toEqual(essence(whole));
  });

  test("counts the seconds of all sessions", async () => {
    const { checkpoints } = await recorded(small);
    const times = checkpoints.map(({ seconds }) => seconds);
    expect(times[0]).toBeGreaterThan(0);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const [first] = checkpoints;
    if (first === undefined) throw new Error("no checkpoint");
    const { seconds } = await trainClassifier(data, small, {
      ...tiny,
      checkpoint: { ...first, seconds: 1000 },
    });
    expect(seconds).toBeGreaterThan(1000);
  });

  test("is another one when it goes on from other values", async () => {
    const from = (seed: number) => newClassifier(tinyArchitecture, new Random(seed));
    const { checkpoints } = await recorded(small, { from: from(1) });
    const [checkpoint] = checkpoints;
    if (checkpoint === undefined) throw new Error("no checkpoint");
    await expect(trainClassifier(data, small, { from: from(2), checkpoint })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "checkpoint" },
    });
    const resumed = await trainClassifier(data, small, { from: from(1), checkpoint });
    expect(resumed.status).toBe("complete");
  });

  test("goes on from a classifier that was trained before", async () => {
    const { classifier, validationAccuracy } = await trainClassifier(data, small, tiny);
    const gently = { ...small, iterations: 4, learningRate: 1e-6 };
    const { curve } = await trainClassifier(data, gently, { from: classifier });
    expect(curve[0]?.accuracy).toBeGreaterThan(validationAccuracy - 0.3);
    expect((await trainClassifier(data, { ...small, iterations: 1 }, tiny)).curve[0]?.accuracy).toBeLessThan(
      0.7,
    );
  });

  /** A thread needs JavaScript: what `npm run build` made, which `npm test` does first. */
  const built = async () => {
    const { href } = new URL("../../../../../dist/models/index.js", import.meta.url);
    return (await import(href)) as { trainClassifier: typeof trainClassifier };
  };

  test("in a worker thread comes to the same values", async () => {
    const models = await built();
    const { training } = await mnistForTests();
    const trained = (worker: boolean) =>
      models.trainClassifier(
        imageRows(training, 0, 100),
        { ...small, ...steps, architecture: "mnist-small", iterations: 6 },
        {},
        { threads: 1, worker },
      );
    const [plain, threaded] = [await trained(false), await trained(true)];
    expect(threaded.curve).toEqual(plain.curve);
    expect(threaded.classifier.state).toEqual(plain.classifier.state);
  });

  test("with batch normalization sees whole batches, whatever threads there are to divide them", async () => {
    const models = await built();
    const { training } = await cifarForTests();
    const spec = { architecture: "cifar10-small", validation: 12, iterations: 3, batch: 32 } as const;
    const trained = (context: RunContext) =>
      models.trainClassifier(training, { ...spec, ...steps }, {}, context);
    const whole = await trained({ threads: 1 });
    const divided = await trained({ threads: 2, parallel: "batch" });
    for (const [i, { loss }] of whole.curve.entries()) expect(divided.curve[i]?.loss).toBeCloseTo(loss, 5);
  });

  test("that breaks ends in an error, after a few tries", async () => {
    const broken = trainClassifier(
      data,
      { ...small, learningRate: 1e6, clipNorm: 1e30, iterations: 100 },
      tiny,
    );
    await expect(broken).rejects.toMatchObject({ code: "NON_FINITE" });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["no iterations", { iterations: 0 }, "iterations"],
    ["half a batch", { batch: 0.5 }, "batch"],
    ["a learning rate of NaN", { learningRate: Number.NaN }, "learningRate"],
    ["an average that never moves", { averageDecay: 1 }, "averageDecay"],
    ["a name that is near one", { iteration: 5 }, "iteration"],
    ["an unknown architecture", { architecture: "mnist" }, "architecture"],
    ["two architectures", { architecture: "mnist-small" }, "architecture"],
    ["a margin that is none", { augmentation: { padding: -1, flip: false } }, "augmentation.padding"],
    ["all images for validation", { validation: 120 }, "validation"],
    ["an unrolled solve with step control", { gradient: "unrolled", solver: "dopri5@rtol=1e-3" }, "gradient"],
    ["random meshes with step control", { randomMesh: true, solver: "dopri5@1e-3" }, "randomMesh"],
    ["an unknown method", { solver: "rk17:2" }, "method"],
  ])("refuses %s", async (_, wrong, what) => {
    await expect(trainClassifier(data, { ...small, ...wrong }, tiny)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what },
    });
  });

  test("needs an architecture, by name or by value", async () => {
    await expect(trainClassifier(data, small)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "architecture" },
    });
  });

  const other = newClassifier(architectureNamed("mnist-small"), new Random(1));
  test.each<[string, Partial<ImageSet>, ClassifierTrainingInputs, string]>([
    ["a label without class", { labels: data.labels.map((x) => x + 1) }, {}, "INVALID_ARGUMENT"],
    ["too few labels", { labels: data.labels.subarray(1) }, {}, "INVALID_ARGUMENT"],
    ["other classes", { classes: ["a", "b"] }, {}, "INVALID_ARGUMENT"],
    ["values of another architecture", {}, { from: other }, "INVALID_ARGUMENT"],
    ["images of another size", { shape: [120, 1, 2, 8] }, {}, "SHAPE_MISMATCH"],
    ["other validation images", {}, { validation: { ...data, shape: [120, 4, 2, 2] } }, "SHAPE_MISMATCH"],
  ])("refuses %s", async (_, wrong, inputs, code) => {
    await expect(trainClassifier({ ...data, ...wrong }, small, { ...tiny, ...inputs })).rejects.toMatchObject(
      { code },
    );
  });

  test("solves by a method that no spelling says", async () => {
    const mine = defineTableau({ ...euler, name: "my-euler", title: "mine", aliases: [] });
    const own = await trainClassifier(data, small, { ...tiny, solver: fixed(mine, { steps: 2 }) });
    const named = await trainClassifier(data, small, tiny);
    expect(own.classifier.state).toEqual(named.classifier.state);
  });

  test("refuses the checkpoint of another one, and damaged ones", async () => {
    const { checkpoints } = await recorded({ ...small, iterations: 4 });
    const [checkpoint] = checkpoints;
    if (checkpoint === undefined) throw new Error("no checkpoint");
    await expect(trainClassifier(data, small, { ...tiny, checkpoint })).rejects.toMatchObject({
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
      const resumed = trainClassifier(data, { ...small, iterations: 4 }, { ...tiny, checkpoint: maimed });
      await expect(resumed).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});
