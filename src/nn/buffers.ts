import type { InputSpec, NamedNodes, Node, Operand } from "../graph/index.js";
import { type DType, fromNumbers, sizeOf } from "../tensor/index.js";
import type { Module, StateDict, Trained } from "./module.js";

/** First values of all buffers. */
export function initializeBuffers({ buffers = {} }: Pick<Module, "buffers">): StateDict {
  return Object.fromEntries(
    Object.entries(buffers).map(([name, { shape, dtype, initial }]) => [
      name,
      fromNumbers(new Array<number>(sizeOf(shape)).fill(initial), shape, dtype),
    ]),
  );
}

/**
 * Types of the buffers as program inputs; counters stay int64.
 * @param dtype of the others, default float32.
 */
export function bufferInputs(
  { buffers = {} }: Pick<Module, "buffers">,
  dtype: DType = "float32",
): Record<string, InputSpec> {
  return Object.fromEntries(
    Object.entries(buffers).map(([name, spec]) => [
      name,
      { shape: spec.shape, dtype: spec.dtype === "int64" ? spec.dtype : dtype },
    ]),
  );
}

/** Splits a state dict into parameters, which an optimizer moves, and buffers, which it does not; other names are dropped. */
export function splitState(
  { parameters, buffers = {} }: Pick<Module, "parameters" | "buffers">,
  state: StateDict,
): { readonly parameters: StateDict; readonly buffers: StateDict } {
  const entries = Object.entries(state);
  return {
    parameters: Object.fromEntries(entries.filter(([name]) => Object.hasOwn(parameters, name))),
    buffers: Object.fromEntries(entries.filter(([name]) => Object.hasOwn(buffers, name))),
  };
}

/** A module in training mode: its output, and the new values of its buffers where it has any. */
export function applyTraining(module: Module, nodes: NamedNodes, x: Node, s?: Operand): Trained {
  return module.train?.(nodes, x, s) ?? { output: module.apply(nodes, x, s), buffers: {} };
}
