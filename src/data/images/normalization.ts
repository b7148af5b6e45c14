import { fail, type Tensor, tensor } from "../../tensor/index.js";
import type { ImageSet } from "./image-set.js";

/** The affine map (pixel / 255 − mean) / deviation, by channel. */
export interface Normalization {
  /** One a channel, in [0, 1]. */
  readonly mean: readonly number[];
  /** One a channel, above 0. */
  readonly deviation: readonly number[];
}

/**
 * MNIST: mean and deviation of all pixels of the 60,000 training images, rounded to four digits, as in PyTorch's
 * `examples/mnist/main.py`.
 */
export const mnistNormalization: Normalization = { mean: [0.1307], deviation: [0.3081] };

/**
 * CIFAR-10: mean and deviation of each channel over all pixels of the 50,000 training images, rounded to four digits.
 * (The deviations 0.2023, 0.1994, 0.2010 that circulate are averages of deviations within an image.)
 */
export const cifar10Normalization: Normalization = {
  mean: [0.4914, 0.4822, 0.4465],
  deviation: [0.247, 0.2435, 0.2616],
};

/** The normalizations by the name of their data set. */
export const normalizations: Readonly<Record<"mnist" | "cifar10", Normalization>> = {
  mnist: mnistNormalization,
  cifar10: cifar10Normalization,
};

/**
 * Images as a network wants them.
 * @returns float32 [n, C, H, W].
 * @throws INVALID_ARGUMENT for another number of channels than the normalization has, or a deviation that is not > 0.
 */
export function imageTensor({ shape, images }: ImageSet, normalization: Normalization): Tensor<"float32"> {
  const [, channels, height, width] = shape;
  const tables = tablesOf(normalization, channels);
  const plane = height * width;
  const values = new Float32Array(images.length);
  for (let start = 0; start < values.length; start += plane) {
    const table = tables[(start / plane) % channels] ?? new Float32Array(256);
    for (let i = start; i < start + plane; i++) values[i] = table[images[i] ?? 0] ?? 0;
  }
  return tensor("float32", shape, values);
}

/** What each of the 256 bytes becomes, by channel: computed once in float64, rounded once. */
function tablesOf({ mean, deviation }: Normalization, channels: number): Float32Array[] {
  const usable =
    mean.length === channels &&
    deviation.length === channels &&
    mean.every(Number.isFinite) &&
    deviation.every((value) => value > 0 && Number.isFinite(value));
  if (!usable) {
    throw fail("INVALID_ARGUMENT", {
      what: "normalization",
      expected: `one finite mean and one deviation > 0 for each of ${channels} channels`,
      received: `mean [${mean.join(", ")}], deviation [${deviation.join(", ")}]`,
    });
  }
  return mean.map((shift, channel) =>
    Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - shift) / (deviation[channel] ?? 1)),
  );
}
