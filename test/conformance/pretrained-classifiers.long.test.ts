import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { imageRows } from "../../src/data/internal.js";
import type { LoadedDataset } from "../../src/datasets/index.js";
import { cardWarnings, decodeCorrection, hyper } from "../../src/hypersolver/index.js";
import type { ClassifierSolveOptions } from "../../src/models/classifier/compile-classifier.js";
import {
  architectureNamed,
  type Classifier,
  classifierOf,
  compileClassifier,
  decodeClassifierState,
} from "../../src/models/index.js";
import { decodeStateDict } from "../../src/nn/index.js";
import { cifarForTests, mnistForTests } from "../helpers/images.js";

const folder = "pretrained/classifiers";
const AUTHORS = "pretrained/nde_mnist.safetensors";
const OWN = "classifier.safetensors";

interface Manifest {
  readonly architecture: string;
  readonly command: string;
  readonly sha256: Readonly<Record<string, string>>;
  readonly steps: Readonly<Record<string, number>>;
  readonly accuracies: readonly { readonly method: string; readonly accuracy: number }[];
}

/** Names of hypersolvers by the file of their correction. */
const hypersolvers: Readonly<Record<string, string>> = {
  "correction.onnx": "HyperEuler",
  "correction-features.onnx": "HyperEuler, features",
  "correction-midpoint.onnx": "HyperMidpoint",
  "correction-four.onnx": "HyperMidpoint, 2 steps",
};

const files = Object.keys(hypersolvers);

/** Images that every hypersolver classifies. */
const SOME_IMAGES = 40;

/** By dopri5 at 1e-4, a digit an image: made by the script beside it, which solves `batch` images together. */
const fixture: Readonly<Record<string, { readonly batch: number; readonly classes: string }>> = JSON.parse(
  readFileSync("test/fixtures/classifiers/predictions.json", "utf8"),
);

/** Read once: 10,000 images of MNIST, or the excerpt of CIFAR-10. */
const loaded = new Map<string, Promise<LoadedDataset>>();
function imagesOf({ architecture: { normalization } }: Classifier): Promise<LoadedDataset> {
  const images = loaded.get(normalization) ?? (normalization === "mnist" ? mnistForTests() : cifarForTests());
  loaded.set(normalization, images);
  return images;
}

const read = (name: string, file: string): Buffer => readFileSync(join(folder, name, file));

describe.each(readdirSync(folder))("the shipped classifier %s", (name) => {
  const manifest = JSON.parse(read(name, "manifest.json").toString()) as Manifest;
  const isOwn = Object.hasOwn(manifest.sha256, OWN);
  const classifier: Classifier = isOwn
    ? decodeClassifierState(read(name, OWN), OWN)
    : classifierOf(architectureNamed(manifest.architecture), decodeStateDict(readFileSync(AUTHORS), AUTHORS));
  const { batch, classes: stored } = fixture[name] ?? { batch: 0, classes: "" };
  /** Classes by dopri5. */
  const exact = [...stored].map(Number);

  const classesOf = async (options: ClassifierSolveOptions, most: number): Promise<number[]> => {
    const { test: images } = await imagesOf(classifier);
    const compiled = await compileClassifier(classifier, options);
    const result = await compiled.run(imageRows(images, 0, Math.min(images.shape[0], most)));
    await compiled.dispose();
    return [...result.predictions];
  };

  test("has the files that its manifest speaks of", () => {
    expect(Object.keys(manifest.sha256)).toEqual([...(isOwn ? [OWN] : []), ...files]);
    for (const [file, hash] of Object.entries(manifest.sha256))
      expect(createHash("sha256").update(read(name, file)).digest("hex"), file).toBe(hash);
    expect(manifest.command).toContain(`reproduce ${name} `);
  });

  test("classifies images as the fixture and its manifest say", async () => {
    const first = await classesOf({ method: "dopri5@1e-4" }, batch);
    expect(first).toEqual(exact.slice(0, batch));
    const { labels } = (await imagesOf(classifier)).test;
    const share = exact.filter((label, i) => label === labels[i]).length / exact.length;
    const stated = manifest.accuracies.find(({ method }) => method === "dopri5")?.accuracy ?? Number.NaN;
    const deviation = Math.sqrt((stated * (1 - stated)) / exact.length);
    expect(Math.abs(share - stated)).toBeLessThan(4 * deviation);
  });

  test.each(files)("%s knows its field and classifies as the equation does", async (file) => {
    const correction = decodeCorrection(read(name, file), file);
    const steps = manifest.steps[hypersolvers[file] ?? ""] ?? 0;
    expect(cardWarnings(correction.card, classifier.field, { span: [0, 1], steps })).toEqual([]);
    const classes = await classesOf({ method: hyper(correction, { steps }) }, SOME_IMAGES);
    const same = classes.filter((own, i) => own === exact[i]).length;
    expect(same / classes.length).toBeGreaterThan(0.94);
  });
});
