import { concat, type NamedNodes, type Node, pad } from "../graph/index.js";
import { prefixed, withPrefix } from "../tensor/internal.js";
import { applyTraining } from "./buffers.js";
import type { Module } from "./module.js";
import { requirePositive } from "./pair.js";

/** Where an augmenter puts its channels. */
export interface AugmenterOptions {
  /** Where the new channels stand: before those of x (default, as torchdyn's `Augmenter`) or behind them. */
  readonly position?: "first" | "last";
}

/** torchdyn's name for the layer inside, so that its state dicts load. */
const prefix = "augment_func.";

/**
 * Adds channels (or columns) on axis 1: x [n, c, …] -> [n, c + extra, …] (Dupont et al., 2019; Massaroli et al., 2020).
 * @param extra a number of zeros, or a layer that computes the new channels from x: its parameters are called
 * `augment_func.…`.
 */
export function augmenter(extra: number | Module, { position = "first" }: AugmenterOptions = {}): Module {
  const joined = (x: Node, added: Node): Node => concat(position === "first" ? [added, x] : [x, added], 1);
  if (typeof extra === "number") {
    requirePositive("augmenter", { extra });
    const [before, after] = position === "first" ? [extra, 0] : [0, extra];
    return { parameters: {}, apply: (_, x: Node) => pad(x, 1, before, after) };
  }
  return {
    parameters: prefixed(extra.parameters, prefix),
    buffers: extra.buffers && prefixed(extra.buffers, prefix),
    apply: (nodes: NamedNodes, x: Node) => joined(x, extra.apply(withPrefix(nodes, prefix), x)),
    train:
      extra.train &&
      ((nodes: NamedNodes, x: Node) => {
        const { output, buffers } = applyTraining(extra, withPrefix(nodes, prefix), x);
        return { output: joined(x, output), buffers: prefixed(buffers, prefix) };
      }),
  };
}
