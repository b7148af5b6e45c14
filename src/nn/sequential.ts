import type { NamedNodes, Node } from "../graph/index.js";
import { applyTraining } from "./buffers.js";
import type { BufferSpec, Module, ParameterSpec, Trained } from "./module.js";
import { prefixed, withPrefix } from "./state-dict.js";

/**
 * Modules one after another. Parameters and buffers carry the position of their module: `"0.weight"`, `"2.bias"`,
 * as PyTorch's `nn.Sequential`.
 */
export function sequential(modules: readonly Module[]): Module {
  const parameters: Record<string, ParameterSpec> = {};
  const buffers: Record<string, BufferSpec> = {};
  modules.forEach((module, i) => {
    Object.assign(parameters, prefixed(module.parameters, `${i}.`));
    Object.assign(buffers, prefixed(module.buffers ?? {}, `${i}.`));
  });
  return {
    parameters,
    ...(Object.keys(buffers).length > 0 && { buffers }),
    apply: (nodes: NamedNodes, x: Node) =>
      modules.reduce((value, module, i) => module.apply(withPrefix(nodes, `${i}.`), value), x),
    ...(modules.some(({ train }) => train !== undefined) && {
      train: (nodes: NamedNodes, x: Node) => trainInOrder(modules, nodes, x),
    }),
  };
}

function trainInOrder(modules: readonly Module[], nodes: NamedNodes, x: Node): Trained {
  const buffers: Record<string, Node> = {};
  const output = modules.reduce((value, module, i) => {
    const trained = applyTraining(module, withPrefix(nodes, `${i}.`), value);
    Object.assign(buffers, prefixed(trained.buffers, `${i}.`));
    return trained.output;
  }, x);
  return { output, buffers };
}
