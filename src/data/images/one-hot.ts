import { type Tensor, tensor } from "../../tensor/index.js";

/**
 * Labels as rows of zeros with a one at the class.
 * @param labels [n], each below `classes`.
 * @returns float32 [n, classes].
 */
export function oneHot(labels: Uint8Array, classes: number): Tensor<"float32"> {
  const values = new Float32Array(labels.length * classes);
  for (const [i, label] of labels.entries()) values[i * classes + label] = 1;
  return tensor("float32", [labels.length, classes], values);
}
