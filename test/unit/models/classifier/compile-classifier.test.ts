import { describe, expect, test } from "vitest";
import { imageTensor } from "../../../../src/data/index.js";
import { imageRows, mnistNormalization } from "../../../../src/data/internal.js";
import {
  add,
  importOnnx,
  mul,
  type NamedNodes,
  type Node,
  slice,
  trace,
} from "../../../../src/graph/index.js";
import type { Correction } from "../../../../src/hypersolver/index.js";
import { hyper } from "../../../../src/hypersolver/index.js";
import { CLASSIFIER_KEY } from "../../../../src/models/classifier/classifier-file.js";
import type { ClassifierSolveOptions } from "../../../../src/models/classifier/compile-classifier.js";
import {
  type Classifier,
  compileClassifier,
  encodeClassifier,
  measureAccuracy,
  newClassifier,
} from "../../../../src/models/index.js";
import { compileHead, compileStem } from "../../../../src/models/internal.js";
import { euler, type FixedMethod, fieldMacs, fixed, heun, solveField } from "../../../../src/ode/index.js";
import { programOf } from "../../../../src/runtime/internal.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { tinyArchitecture, tinyImages } from "../../../helpers/classifiers.js";
import { expectClose } from "../../../helpers/compare.js";
import { FLOAT32_FORWARD } from "../../../helpers/tolerances.js";

const classifier = newClassifier(tinyArchitecture, new Random(8));
const images = tinyImages(12);
const story = { classes: ["a", "b", "c"], training: "none" };

/** g = 0.4 k₀ + 0.1 ε z + 0.01 h, with h two channels of f's first activation: it needs no training to matter. */
const correction: Correction = {
  ...{ base: euler, inputs: ["z", "stages", "epsilon", "features"], features: ["hidden 2"], parameters: {} },
  graph: trace(
    {
      z: { shape: ["batch", 2, 4, 4] },
      k0: { shape: ["batch", 2, 4, 4] },
      epsilon: { shape: ["batch", 1, 1, 1] },
      "feature hidden 2": { shape: ["batch", 3, 4, 4] },
    },
    (nodes: NamedNodes) => {
      const [z, k0, epsilon, hidden] = Object.values(nodes) as [Node, Node, Node, Node];
      const own = add(mul(k0, 0.4), mul(mul(epsilon, z), 0.1));
      return { g: add(own, mul(slice(hidden, 1, 0, 2), 0.01)) };
    },
  ),
};

async function classified(options: ClassifierSolveOptions, of: Classifier = classifier, rows = images) {
  const compiled = await compileClassifier(of, { threads: 1, ...options });
  try {
    return await compiled.run(rows);
  } finally {
    await compiled.dispose();
  }
}

describe("a classifier", () => {
  test("converges to what step control finds as steps are added", async () => {
    const exact = await classified({ method: "dopri5@1e-6" });
    const error = async (steps: number): Promise<number> => {
      const { logits } = await classified({ method: `heun:${steps}` });
      const wanted = toFloat64(exact.logits);
      return Math.hypot(...toFloat64(logits).map((x, i) => x - (wanted[i] ?? 0)));
    };
    const [two, eight] = [await error(2), await error(8)];
    expect(eight).toBeLessThan(two / 8);
    expect(eight).toBeLessThan(1e-3);
  });

  test("counts what it costs, h_x, f, g and h_y together", async () => {
    const ends = 2 * 9 * 16 + 32 * 3;
    const f = fieldMacs(classifier.field);
    expect(f).toBe((3 * 3 * 9 + 3 * 2 * 9) * 16);
    const fixed = await classified({ method: "heun:3" });
    expect(fixed.statistics).toMatchObject({ nfe: 6, gCalls: 0, acceptedSteps: 3, macs: ends + 6 * f });
    const corrected = await classified({ method: hyper(correction, { steps: 3 }) });
    expect(corrected.statistics).toMatchObject({ nfe: 3, gCalls: 3, macs: ends + 3 * f });
    const adaptive = await classified({});
    expect(adaptive.statistics.macs).toBe(ends + adaptive.statistics.nfe * f);
    expect(adaptive.statistics.milliseconds).toBeGreaterThan(0);
  });

  test("takes bytes, or the same images standardized", async () => {
    const options = { method: "euler:2" };
    const { logits, predictions } = await classified(options);
    const compiled = await compileClassifier(classifier, options);
    const again = await compiled.run(imageTensor(images, mnistNormalization));
    expect(again.logits).toEqual(logits);
    expect(predictions).toHaveLength(12);
    for (const [row, prediction] of predictions.entries()) {
      const own = Array.from(toFloat64(logits).subarray(3 * row, 3 * row + 3));
      expect(own[prediction]).toBe(Math.max(...own));
    }
    await compiled.dispose();
  });

  test("comes apart: h_x, a solve of f, h_y", async () => {
    const [stem, head] = [await compileStem(classifier), await compileHead(classifier)];
    const z0 = await stem.run(images);
    expect(z0.shape).toEqual([12, 2, 4, 4]);
    const { states } = await solveField(classifier.field, z0, { span: [0, 1], method: "heun:3" });
    const logits = await head.run(states.at(-1) as Tensor);
    const whole = await classified({ method: "heun:3" });
    expectClose(logits, whole.logits, FLOAT32_FORWARD);
    expect(stem.macs + head.macs + 6 * fieldMacs(classifier.field)).toBe(whole.statistics.macs);
    await stem.dispose();
    await head.dispose();
  });

  test("is measured batch by batch, whatever the batch", async () => {
    const compiled = await compileClassifier(classifier, { method: "euler:2" });
    const whole = await measureAccuracy(compiled, images, { batch: 12 });
    const parts = await measureAccuracy(compiled, images, { batch: 5 });
    expect(parts.batches.map(({ count }) => count)).toEqual([5, 5, 2]);
    expect(parts.predictions).toEqual(whole.predictions);
    expect(parts.accuracy).toBe(whole.accuracy);
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
    const right = whole.predictions.filter((prediction, i) => prediction === images.labels[i]).length;
    expect(whole.accuracy).toBe(right / 12);
    await expect(measureAccuracy(compiled, images, { batch: 0 })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await compiled.dispose();
  });

  test("refuses images that it cannot read, and says which", async () => {
    const compiled = await compileClassifier(classifier, { method: "euler:1" });
    const pixels = new Array<number>(32).fill(0);
    const refusal = (shape: readonly number[], values: readonly number[]): Promise<unknown> =>
      compiled.run(fromNumbers(values, shape)).catch((error: unknown) => error);
    const spoilt = pixels.with(20, Number.NaN);
    const bad = await refusal([2, 1, 4, 4], spoilt);
    expect(bad).toMatchObject({ code: "NON_FINITE", message: expect.stringContaining("image 1") });
    expect(await refusal([1, 2, 4, 4], pixels)).toMatchObject({ code: "SHAPE_MISMATCH" });
    expect(await refusal([2, 16], pixels)).toMatchObject({ code: "SHAPE_MISMATCH" });
    expect(await refusal([0, 1, 4, 4], [])).toMatchObject({ code: "INVALID_ARGUMENT" });
    const wide = { ...images, shape: [6, 1, 4, 8] as const };
    await expect(compiled.run(wide)).rejects.toMatchObject({ code: "SHAPE_MISMATCH" });
    await expect(compiled.run(imageRows(images, 0, 0))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(
      measureAccuracy(compiled, { ...images, labels: images.labels.map(() => 3) }),
    ).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await compiled.dispose();
  });

  test.each<[string, ClassifierSolveOptions]>([
    ["no whole number of steps", { method: "euler:1.5" }],
    ["a mesh over another span", { method: "euler:0/1/2" }],
    ["a method without error estimate and no steps", { method: "euler" }],
  ])("refuses %s", async (_, options) => {
    await expect(compileClassifier(classifier, options)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

describe("an exported classifier", () => {
  test.each<[string, FixedMethod]>([
    ["heun", fixed(heun, { steps: 2 })],
    ["corrected", hyper(correction, { steps: 3 })],
    ["on a mesh of its own", fixed(heun, { mesh: [0, 0.3, 1] })],
  ])("%s is one file that computes the same at any batch size", async (_, method) => {
    const bytes = encodeClassifier(classifier, method, story);
    const { graph, inputs, outputs, metadata } = importOnnx(bytes, "classifier.onnx");
    expect(inputs.images?.shape).toEqual(["batch", 1, 4, 4]);
    expect(outputs.logits?.shape).toEqual(["batch", 3]);
    expect(JSON.parse(metadata[CLASSIFIER_KEY] ?? "")).toMatchObject({
      ...{ architecture: "tiny", classes: story.classes, text: method.text },
      normalization: mnistNormalization,
    });
    const { images: given } = graph.inputs;
    if (given === undefined) throw new Error("no input");
    // What the importer opened as parameters lies in the file.
    const program = await programOf({ ...graph, inputs: { images: given } }, bytes);
    for (const count of [1, 7]) {
      const rows = imageRows(images, 0, count);
      const { logits } = await program.run({ images: imageTensor(rows, mnistNormalization) });
      const own = await classified({ method }, classifier, rows);
      expectClose(logits as Tensor, own.logits, FLOAT32_FORWARD);
    }
    await program.dispose();
  });

  test("holds its weights once, under their names, whatever the number of steps", () => {
    const file = (steps: number): Uint8Array => encodeClassifier(classifier, `euler:${steps}`, story);
    const { parameters } = importOnnx(file(9), "classifier.onnx");
    const weights = Object.keys(classifier.state).filter((name) => !name.endsWith("tracked"));
    expect(Object.keys(parameters).sort()).toEqual(weights.sort());
    for (const name of weights) expect(parameters[name]).toEqual(classifier.state[name]);
  });

  test("needs fixed steps", () => {
    const encode = () => encodeClassifier(classifier, "dopri5", story);
    expect(encode).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});
