import type { Operand } from "../../graph/index.js";
import {
  augmenter,
  batchNorm2d,
  conv2d,
  depthCat,
  flatten,
  groupNorm,
  linear,
  type Module,
  sequential,
  softplus,
  tanh,
} from "../../nn/index.js";
import { functional } from "../../nn/internal.js";
import { fail } from "../../tensor/index.js";
import type { ClassifierArchitecture } from "./architecture.js";

/** A 3x3 convolution that keeps the size of the image. */
const same = (inChannels: number, outChannels: number): Module =>
  conv2d(inChannels, outChannels, 3, { padding: 1 });

/** Subsampling by 4: small networks for quick tests see a sixteenth of the pixels. */
const reducing = (inChannels: number, outChannels: number): Module =>
  conv2d(inChannels, outChannels, 4, { stride: 4 });

const depthChannel = (s: Operand): Module => functional((z) => depthCat(z, s));

const mnist = {
  image: [1, 28, 28],
  classes: 10,
  normalization: "mnist",
  span: [0, 1],
} as const satisfies Partial<ClassifierArchitecture>;

const cifar10 = {
  image: [3, 32, 32],
  classes: 10,
  normalization: "cifar10",
  span: [0, 1],
} as const satisfies Partial<ClassifierArchitecture>;

/** Parts under the names `inlet.…`, `field.…` and `outlet.…`. */
const parts = (
  stem: Module,
  field: (s: Operand) => readonly Module[],
  head: readonly Module[],
): Pick<ClassifierArchitecture, "stem" | "field" | "head"> => ({
  stem: sequential({ inlet: stem }),
  field: (s) => sequential({ field: sequential(field(s)) }),
  head: sequential({ outlet: sequential(head) }),
});

const mnistPaper: ClassifierArchitecture = {
  ...mnist,
  name: "mnist-paper",
  description:
    "11 channels of a convolution and the image; f: GroupNorm(3, 12), convolutions 12-64-64-12, tanh (50,852 parameters); convolution 12-1, linear 784-10",
  timeDependent: false,
  ...parts(
    augmenter(same(1, 11)),
    () => [groupNorm(3, 12), same(12, 64), tanh, same(64, 64), tanh, same(64, 12)],
    [same(12, 1), flatten, linear(784, 10)],
  ),
};

const mnistAuthors: ClassifierArchitecture = {
  ...mnist,
  name: "mnist-authors",
  description:
    "BatchNorm, convolution 1-32; f: convolutions 32-80-32, softplus (46,192 parameters); convolution 32-1, linear 784-10; names of the authors' state dict",
  timeDependent: false,
  stem: sequential({ "0": batchNorm2d(1), "1": same(1, 32) }),
  field: () => sequential({ "2.defunc.m": sequential([same(32, 80), softplus, same(80, 32)]) }),
  head: sequential({ "4": same(32, 1), "5": flatten, "6": linear(784, 10) }),
};

const cifar10Paper: ClassifierArchitecture = {
  ...cifar10,
  name: "cifar10-paper",
  description:
    "5 channels of a convolution and the image; f: convolutions 9-64, 65-64, 64-8 with the depth beside the state and the first activation, BatchNorm and tanh after the first two (47,624 parameters); convolution 8-1, linear 1024-10",
  timeDependent: true,
  ...parts(
    augmenter(same(3, 5)),
    (s) => [
      depthChannel(s),
      same(9, 64),
      batchNorm2d(64),
      tanh,
      depthChannel(s),
      same(65, 64),
      batchNorm2d(64),
      tanh,
      same(64, 8),
    ],
    [same(8, 1), flatten, linear(1024, 10)],
  ),
};

/** The notebook does not show its head; this one is the convolution and linear map of the paper's. */
const cifar10Notebook: ClassifierArchitecture = {
  ...cifar10,
  name: "cifar10-notebook",
  description:
    "convolution 3-20; f: convolutions 20-50-50-20, softplus (40,620 parameters); convolution 20-1, linear 1024-10",
  timeDependent: false,
  ...parts(same(3, 20), () => [same(20, 50), softplus, same(50, 50), softplus, same(50, 20)], [
    same(20, 1),
    flatten,
    linear(1024, 10),
  ]),
};

const mnistSmall: ClassifierArchitecture = {
  ...mnist,
  name: "mnist-small",
  description:
    "convolution 1-6 by 4x4 with stride 4; f: convolutions 6-12-6, tanh (1,314 parameters); linear 294-10",
  timeDependent: false,
  ...parts(reducing(1, 6), () => [same(6, 12), tanh, same(12, 6)], [flatten, linear(294, 10)]),
};

const cifar10Small: ClassifierArchitecture = {
  ...cifar10,
  name: "cifar10-small",
  description:
    "convolution 3-8 by 4x4 with stride 4; f: convolutions 9-16 and 16-8, the depth beside the state, BatchNorm, tanh (2,504 parameters); linear 512-10",
  timeDependent: true,
  ...parts(reducing(3, 8), (s) => [depthChannel(s), same(9, 16), batchNorm2d(16), tanh, same(16, 8)], [
    flatten,
    linear(512, 10),
  ]),
};

/** The classifiers of the paper and of its authors' notebooks, and small ones for quick tests, by name. */
export const classifierArchitectures: readonly ClassifierArchitecture[] = [
  mnistPaper,
  mnistAuthors,
  mnistSmall,
  cifar10Paper,
  cifar10Notebook,
  cifar10Small,
];

/**
 * Looks an architecture up.
 * @param among default: the ones of this library.
 * @throws INVALID_ARGUMENT listing the known names.
 */
export function architectureNamed(
  name: string,
  among: readonly ClassifierArchitecture[] = classifierArchitectures,
): ClassifierArchitecture {
  const found = among.find((architecture) => architecture.name === name);
  if (found !== undefined) return found;
  throw fail("INVALID_ARGUMENT", {
    what: "classifier architecture",
    expected: among.map((architecture) => architecture.name).join(", "),
    received: `"${name.slice(0, 60)}"`,
  });
}
