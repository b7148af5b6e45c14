/** For the layers above, not for users: files in parts, batches of row numbers, numbers as text. */
export { rowBatches } from "./images/batches.js";
export { decodeIdx } from "./images/decode-idx.js";
export type { NamedBytes } from "./images/decode-idx-images.js";
export { imageRows } from "./images/image-set.js";
export { cifar10Normalization, mnistNormalization } from "./images/normalization.js";
export { shortestFloat32 } from "./number-text.js";
export { defaultColumns } from "./table.js";
