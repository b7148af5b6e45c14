/** What models learn from, on `tensor` alone: densities of the plane, CSV and NumPy files, standardization, splits; images. */

export { decodeCsv } from "./decode-csv.js";
export { type CheckerboardOptions, checkerboard } from "./densities/checkerboard.js";
export { type CirclesOptions, circles } from "./densities/circles.js";
export type { Density } from "./densities/density.js";
export { type EightGaussiansOptions, eightGaussians } from "./densities/eight-gaussians.js";
export { type MoonsOptions, moons } from "./densities/moons.js";
export { type PinwheelOptions, pinwheel } from "./densities/pinwheel.js";
export { densities, densityNamed } from "./densities/registry.js";
export { type RingsOptions, rings } from "./densities/rings.js";
export { type SwissRollOptions, swissRoll } from "./densities/swiss-roll.js";
export { type TwoSpiralsOptions, twoSpirals } from "./densities/two-spirals.js";
export { encodeCsv } from "./encode-csv.js";
export { type Augmentation, augmented, cifar10Augmentation } from "./images/augmentation.js";
export {
  type ImageBatch,
  type ImageBatches,
  type ImageBatchOptions,
  imageBatches,
} from "./images/batches.js";
export { cifar10Classes, mnistClasses } from "./images/classes.js";
export { decodeCifar10 } from "./images/decode-cifar.js";
export { decodeIdxImages } from "./images/decode-idx-images.js";
export {
  classCounts,
  type ImageSet,
  imageSet,
  joinImages,
  pickImages,
} from "./images/image-set.js";
export {
  imageTensor,
  type Normalization,
  normalizations,
} from "./images/normalization.js";
export { oneHot } from "./images/one-hot.js";
export { decodeNpy, isNpy } from "./numpy/decode-npy.js";
export { encodeNpy } from "./numpy/encode-npy.js";
export { decodeNpz, encodeNpz, isZip } from "./numpy/npz.js";
export { type Split, type SplitShares, splitRows } from "./split.js";
export {
  logScale,
  restored,
  restoredPoints,
  type Standardization,
  standardizationOf,
  standardized,
} from "./standardization.js";
export type { Table } from "./table.js";
