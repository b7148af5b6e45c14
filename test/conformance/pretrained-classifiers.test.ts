import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { imageRows } from "../../src/data/internal.js";
import { cardWarnings, decodeCorrection } from "../../src/hypersolver/index.js";
import {
  architectureNamed,
  type Classifier,
  type ClassifierSolveOptions,
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

const read = (name: string, file: string): Buffer => readFileSync(join(folder, name, file));

describe.each(readdirSync(folder))("the shipped classifier %s", (name) => {
  const manifest = JSON.parse(read(name, "manifest.json").toString()) as Manifest;
  const isOwn = Object.hasOwn(manifest.sha256, OWN);
  const classifier: Classifier = isOwn
    ? decodeClassifierState(read(name, OWN), OWN)
    : classifierOf(architectureNamed(manifest.architecture), decodeStateDict(readFileSync(AUTHORS), AUTHORS));
  const files = Object.keys(hypersolvers);

  const predictions = async (options: ClassifierSolveOptions) => {
    const isMnist = classifier.architecture.normalisation === "mnist";
    const { test: images } = await (isMnist ? mnistForTests() : cifarForTests());
    const some = imageRows(images, 0, Math.min(images.shape[0], 200));
    const compiled = await compileClassifier(classifier, { ...options, threads: 2 });
    const result = await compiled.run(some);
    await compiled.dispose();
    const right = some.labels.filter((label, i) => label === result.predictions[i]).length;
    return { classes: result.predictions, share: right / some.labels.length };
  };

  test("has the files that its manifest speaks of", () => {
    expect(Object.keys(manifest.sha256)).toEqual([...(isOwn ? [OWN] : []), ...files]);
    for (const [file, hash] of Object.entries(manifest.sha256))
      expect(createHash("sha256").update(read(name, file)).digest("hex"), file).toBe(hash);
    expect(manifest.command).toContain(`reproduce ${name} `);
  });

  test("has corrections that know their field and classify as the equation does", async () => {
    const exact = await predictions({ method: "dopri5", rtol: 1e-4, atol: 1e-4 });
    const stated = manifest.accuracies.find(({ method }) => method === "dopri5")?.accuracy ?? Number.NaN;
    const deviation = Math.sqrt((stated * (1 - stated)) / exact.classes.length);
    expect(Math.abs(exact.share - stated)).toBeLessThan(4 * deviation);
    for (const file of files) {
      const correction = decodeCorrection(read(name, file), file);
      const steps = manifest.steps[hypersolvers[file] ?? ""] ?? 0;
      expect(cardWarnings(correction.card, classifier.field, { span: [0, 1], steps })).toEqual([]);
      const { classes } = await predictions({ correction, steps });
      const same = classes.filter((own, i) => own === exact.classes[i]).length;
      expect(same / classes.length, file).toBeGreaterThan(0.94);
    }
  });
});
