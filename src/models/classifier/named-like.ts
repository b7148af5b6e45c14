import type { StateDict } from "../../nn/index.js";
import type { Tensor } from "../../tensor/index.js";

/** The entries whose names the other record has, in its order. */
export const namedLike = (names: object, state: StateDict): Record<string, Tensor> =>
  Object.fromEntries(
    Object.keys(names).flatMap((name) => {
      const value = state[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
