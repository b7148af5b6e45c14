import type { NamedNodes, Node, Operand } from "../graph/index.js";
import { prefixed, withPrefix } from "../tensor/internal.js";
import { applyTraining } from "./buffers.js";
import type { BufferSpec, Module, ParameterSpec, Trained } from "./module.js";

/**
 * Modules one after another. Parameters and buffers carry the position of their module, `"0.weight"`, `"2.bias"`, as in
 * PyTorch's `nn.Sequential`; or the name that it was given, as with an `OrderedDict`. A depth is handed to each.
 * @param modules a list, or modules by name. (JavaScript puts whole numbers first, in rising order.)
 * @example sequential({ "4": conv2d(32, 1, 3), "5": flatten, "6": linear(784, 10) })
 */
export function sequential(modules: readonly Module[] | Readonly<Record<string, Module>>): Module {
  const named = Object.entries(modules);
  const parameters: Record<string, ParameterSpec> = {};
  const buffers: Record<string, BufferSpec> = {};
  for (const [name, module] of named) {
    Object.assign(parameters, prefixed(module.parameters, `${name}.`));
    Object.assign(buffers, prefixed(module.buffers ?? {}, `${name}.`));
  }
  return {
    parameters,
    buffers: Object.keys(buffers).length > 0 ? buffers : undefined,
    apply: (nodes: NamedNodes, x: Node, s?: Operand) =>
      named.reduce((value, [name, module]) => module.apply(withPrefix(nodes, `${name}.`), value, s), x),
    train: named.some(([, { train }]) => train !== undefined)
      ? (nodes: NamedNodes, x: Node, s?: Operand) => trainInOrder(named, nodes, x, s)
      : undefined,
  };
}

function trainInOrder(
  named: readonly (readonly [string, Module])[],
  nodes: NamedNodes,
  x: Node,
  s: Operand | undefined,
): Trained {
  const buffers: Record<string, Node> = {};
  const output = named.reduce((value, [name, module]) => {
    const trained = applyTraining(module, withPrefix(nodes, `${name}.`), value, s);
    Object.assign(buffers, prefixed(trained.buffers, `${name}.`));
    return trained.output;
  }, x);
  return { output, buffers };
}
