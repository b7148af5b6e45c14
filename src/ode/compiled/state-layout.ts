import type { NamedTensors } from "../../runtime/index.js";
import { cast, type DType, type Tensor } from "../../tensor/index.js";
import { firstNonFinite } from "../../tensor/internal.js";
import type { Product } from "../gradient/product-algebra.js";

/**
 * How states of one kind lie among the inputs and outputs of programs, and how they come apart for arithmetic outside.
 * `role` is the name of an input or output: `/z` for the state, `/k0` for its derivative, `y1` for the state after a step.
 */
export interface StateLayout<Y> {
  feeds(role: string, y: Y): NamedTensors;
  /** Answers come in the type of states: the reference device computes in float64 whatever the program says. */
  read(role: string, outputs: NamedTensors): Y;
  /** The tensors of a state, always in the same order. */
  parts(y: Y): readonly Tensor[];
  /** The inverse of `parts`. */
  of(parts: readonly Tensor[]): Y;
}

/** One tensor: the role is its name. */
export function tensorLayout(dtype: DType): StateLayout<Tensor> {
  return {
    feeds: (role, y) => ({ [role]: y }),
    read: (role, outputs) => cast(outputs[role] as Tensor, dtype),
    parts: (y) => [y],
    of: (parts) => parts[0] as Tensor,
  };
}

/** The name of one part of a product among inputs and outputs. */
export const partName = (role: string, part: string): string => `${role} ${part}`;

/** Several tensors of one type: see `partName`. */
export function productLayout(names: readonly string[], dtype: DType): StateLayout<Product<Tensor>> {
  const made = (part: (name: string, i: number) => Tensor): Product<Tensor> =>
    Object.fromEntries(names.map((name, i) => [name, part(name, i)]));
  return {
    feeds: (role, y) => Object.fromEntries(names.map((name) => [partName(role, name), y[name] as Tensor])),
    read: (role, outputs) => made((name) => cast(outputs[partName(role, name)] as Tensor, dtype)),
    parts: (y) => names.map((name) => y[name] as Tensor),
    of: (parts) => made((_, i) => parts[i] as Tensor),
  };
}

/** Index of the first NaN or infinite element, in all parts laid one after another; undefined when all are finite. */
export function firstBadOf(parts: readonly Tensor[]): number | undefined {
  let before = 0;
  for (const part of parts) {
    const index = firstNonFinite(part);
    if (index >= 0) return before + index;
    before += part.data.length;
  }
  return undefined;
}
