import type { Tensor } from "../../tensor/index.js";
import { sha256 } from "../../tensor/internal.js";

/** Short hash of weights: names, types, shapes and every bit. The order of the names does not matter. */
export function weightsHash(weights: Readonly<Record<string, Tensor>>): string {
  const parts = Object.keys(weights)
    .sort()
    .flatMap((name) => {
      const { dtype, shape, data } = weights[name] as Tensor;
      return [`${JSON.stringify([name, dtype, shape])}\n`, data];
    });
  return sha256(...parts).slice(0, 16);
}
