import { decodeCifar10, joinImages } from "../data/index.js";
import type { DatasetDefinition } from "./definition.js";

const TEST = "test_batch.bin";
const trainingFile = /^data_batch_[1-5]\.bin$/;

/**
 * CIFAR-10: 50,000 and 10,000 color images of ten classes, [n, 3, 32, 32], in its binary version: data_batch_1.bin to
 * data_batch_5.bin and test_batch.bin. Source: A. Krizhevsky, "Learning multiple layers of features from tiny images"
 * (2009). An excerpt with one training file or more is read as well.
 */
export const cifar10: DatasetDefinition = {
  name: "cifar10",
  title: "CIFAR-10",
  contents: "data_batch_1.bin … data_batch_5.bin and test_batch.bin, or cifar-10-binary.tar.gz with them",
  canonicalName: (name) => (name === TEST || trainingFile.test(name) ? name : undefined),
  subfolders: ["cifar-10-batches-bin"],
  missing: (present) => [
    ...(present.some((name) => trainingFile.test(name)) ? [] : ["data_batch_1.bin"]),
    ...(present.includes(TEST) ? [] : [TEST]),
  ],
  decode: (contents, what) => {
    const read = (name: string) => decodeCifar10(contents.get(name) ?? new Uint8Array(), `${what}: ${name}`);
    const training = [...contents.keys()].filter((name) => trainingFile.test(name)).sort();
    return { training: joinImages(training.map(read)), test: read(TEST) };
  },
  count: { training: 50_000, test: 10_000 },
  official: [
    {
      name: "cifar-10-binary.tar.gz",
      size: 170_052_171,
      sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    },
  ],
  mirrors: ["https://www.cs.toronto.edu/~kriz/"],
};
