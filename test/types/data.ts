import {
  type Augmentation,
  cifar10Augmentation,
  type Density,
  decodeCsv,
  densityNamed,
  imageSet,
  moons,
  rings,
  type Split,
  splitRows,
} from "../../src/data/index.js";
import { Random, type Tensor, zeros } from "../../src/tensor/index.js";

const random = new Random(1);

export const density: Density = moons({ deviation: 0.1 });
export const points: Tensor<"float32"> = densityNamed("rings").sample(10, random);
// @ts-expect-error a stream of random numbers is passed in
rings().sample(10);
// @ts-expect-error a misspelled option
moons({ noise: 0.1 });

/** A split keeps the element type. */
export const split: Split<"int64"> = splitRows(
  zeros([20, 2], "int64"),
  { validation: 0.1, heldOut: 0.1 },
  random,
);
// @ts-expect-error both shares are needed
splitRows(points, { validation: 0.1 }, random);

const bytes = new Uint8Array(16);
export const set = imageSet({
  shape: [1, 1, 4, 4],
  images: bytes,
  labels: bytes.subarray(0, 1),
  classes: ["a"],
});
// @ts-expect-error images are [count, channels, height, width]
imageSet({ shape: [1, 4, 4], images: bytes, labels: bytes, classes: ["a"] });
// @ts-expect-error pixels are bytes
imageSet({ shape: [1, 1, 4, 4], images: new Float32Array(16), labels: bytes, classes: ["a"] });

export const whole: Augmentation = cifar10Augmentation;
// @ts-expect-error padding without flip says too little
export const half: Augmentation = { padding: 4 };

// @ts-expect-error the text has a source, for messages
decodeCsv("x,y\n1,2");
