import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { imageRows } from "../../src/data/internal.js";
import {
  architectureNamed,
  classifierOf,
  compileClassifier,
  measureAccuracy,
} from "../../src/models/index.js";
import { decodeStateDict } from "../../src/nn/index.js";
import type { Tensor } from "../../src/tensor/index.js";
import { mnistForTests } from "../helpers/images.js";

const file = "pretrained/nde_mnist.safetensors";
const authors = () =>
  classifierOf(architectureNamed("mnist-authors"), decodeStateDict(readFileSync(file), file));

/**
 * Reference: PyTorch 2.6 and torchdiffeq in float32 on the first 300 images, in batches of 50: 295 right, and NFE 38,
 * then five times 50. Two batches show both numbers; of the five that are wrong two are in them.
 */
test("the authors' classifier does as well, and works as hard, as in torchdiffeq", async () => {
  const { test: images } = await mnistForTests();
  const compiled = await compileClassifier(authors(), {
    method: "dopri5@1e-4,lastStep=overshoot",
    threads: 1,
  });
  const measured = await measureAccuracy(compiled, imageRows(images, 0, 100), { batch: 50 });
  await compiled.dispose();
  expect(measured.batches.map(({ nfe }) => nfe)).toEqual([38, 50]);
  expect(measured.accuracy).toBeCloseTo(0.98, 9);
});

test("a state dict of another network is refused by the names of its keys", () => {
  const { "2.defunc.m.0.weight": weight, ...others } = decodeStateDict(readFileSync(file), file);
  const load = (state: typeof others) => () => classifierOf(architectureNamed("mnist-authors"), state);
  expect(load(others)).toThrow(/missing 2\.defunc\.m\.0\.weight/);
  expect(load({ ...others, "2.m.0.weight": weight as Tensor })).toThrow(/unexpected 2\.m\.0\.weight/);
});
