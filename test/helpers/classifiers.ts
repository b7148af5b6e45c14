import { type ImageSet, imageSet } from "../../src/data/index.js";
import type { ClassifierArchitecture } from "../../src/models/index.js";
import { batchNorm2d, conv2d, depthCat, flatten, linear, sequential, tanh } from "../../src/nn/index.js";
import { functional } from "../../src/nn/internal.js";
import { Random } from "../../src/tensor/index.js";

/**
 * Everything that a classifier may have, on images of 4x4 in three classes: batch normalization in h_x and in f, and a
 * field that sees the depth.
 */
export const tinyArchitecture: ClassifierArchitecture = {
  name: "tiny",
  description: "for tests",
  image: [1, 4, 4],
  classes: 3,
  normalization: "mnist",
  span: [0, 1],
  stem: sequential({ inlet: sequential([batchNorm2d(1), conv2d(1, 2, 3, { padding: 1 })]) }),
  field: (s) =>
    sequential({
      field: sequential([
        functional((z) => depthCat(z, s)),
        conv2d(3, 3, 3, { padding: 1 }),
        batchNorm2d(3),
        tanh,
        conv2d(3, 2, 3, { padding: 1 }),
      ]),
    }),
  timeDependent: true,
  head: sequential({ outlet: sequential([flatten, linear(32, 3)]) }),
};

/** The same without running statistics inside f: its evaluations do not depend on the batch. */
export const plainArchitecture: ClassifierArchitecture = {
  ...tinyArchitecture,
  name: "tiny-plain",
  field: (s) =>
    sequential({
      field: sequential([
        functional((z) => depthCat(z, s)),
        conv2d(3, 3, 3, { padding: 1 }),
        tanh,
        conv2d(3, 2, 3, { padding: 1 }),
      ]),
    }),
};

/** Random images of 4x4 whose class is the brightest third of the rows: something to learn. */
export function tinyImages(count: number, seed = 1): ImageSet {
  const random = new Random(seed);
  const images = new Uint8Array(count * 16);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const label = random.integer(0, 2);
    labels[i] = label;
    for (let pixel = 0; pixel < 16; pixel++)
      images[i * 16 + pixel] = random.integer(0, 120) + (pixel >> 2 === label ? 120 : 0);
  }
  return imageSet({ shape: [count, 1, 4, 4], images, labels, classes: ["a", "b", "c"] });
}
