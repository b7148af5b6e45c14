import { decodeIdxImages, type ImageSet, mnistClasses } from "../data/index.js";
import type { NamedBytes } from "../data/internal.js";
import { fail, formatShape } from "../tensor/index.js";
import type { DatasetDefinition, FileContents } from "./definition.js";

const files = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

const SIDE = 28;

/**
 * MNIST: 60,000 and 10,000 gray images of digits, [n, 1, 28, 28]. Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST
 * database of handwritten digits" (1998). Anything in its form is read as well, such as Fashion-MNIST.
 */
export const mnist: DatasetDefinition = {
  name: "mnist",
  title: "MNIST",
  contents: `${files.join(", ")}, each also as .gz`,
  // Some copies write a dot before idx.
  canonicalName: (name) => files.find((file) => file === name.replace(".idx", "-idx")),
  subfolders: ["raw", "MNIST/raw", "data"],
  missing: (present) => files.filter((file) => !present.includes(file)),
  decode: (contents, what) => ({
    training: decodePart(contents, "train", what),
    test: decodePart(contents, "t10k", what),
  }),
  count: { training: 60_000, test: 10_000 },
  digests: {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
  },
  official: [
    {
      name: "train-images-idx3-ubyte.gz",
      size: 9_912_422,
      sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    },
    {
      name: "train-labels-idx1-ubyte.gz",
      size: 28_881,
      sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    },
    {
      name: "t10k-images-idx3-ubyte.gz",
      size: 1_648_877,
      sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    },
    {
      name: "t10k-labels-idx1-ubyte.gz",
      size: 4_542,
      sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
  ],
  mirrors: [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
  ],
};

function decodePart(contents: FileContents, part: "train" | "t10k", what: string): ImageSet {
  const named = (name: string): NamedBytes => ({
    bytes: contents.get(name) ?? new Uint8Array(),
    what: `${what}: ${name}`,
  });
  const images = named(`${part}-images-idx3-ubyte`);
  const set = decodeIdxImages(images, named(`${part}-labels-idx1-ubyte`), mnistClasses);
  const [, , height, width] = set.shape;
  if (height === SIDE && width === SIDE) return set;
  throw fail("MALFORMED_FILE", {
    what: images.what,
    expected: `images of ${SIDE} by ${SIDE} pixels`,
    received: formatShape(set.shape),
  });
}
