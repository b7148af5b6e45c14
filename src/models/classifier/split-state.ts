import type { Module, StateDict } from "../../nn/index.js";
import type { Tensor } from "../../tensor/index.js";

/** The entries of a state dict that a module names, parameters and buffers apart. */
export function splitState(
  { parameters, buffers = {} }: Pick<Module, "parameters" | "buffers">,
  state: StateDict,
): { readonly parameters: Record<string, Tensor>; readonly buffers: Record<string, Tensor> } {
  return { parameters: namedLike(parameters, state), buffers: namedLike(buffers, state) };
}

/** The entries whose names the other record has, in its order. */
export const namedLike = (names: object, state: StateDict): Record<string, Tensor> =>
  Object.fromEntries(
    Object.keys(names).flatMap((name) => {
      const value = state[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
