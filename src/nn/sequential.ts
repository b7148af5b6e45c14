import type { NamedNodes, Node } from "../graph/index.js";
import type { Module, ParameterSpec } from "./module.js";
import { prefixed, withPrefix } from "./state-dict.js";

/**
 * Modules one after another. Parameters carry the position of their module: `"0.weight"`, `"2.bias"`,
 * as PyTorch's `nn.Sequential`.
 */
export function sequential(modules: readonly Module[]): Module {
  const parameters: Record<string, ParameterSpec> = {};
  modules.forEach((module, i) => {
    Object.assign(parameters, prefixed(module.parameters, `${i}.`));
  });
  return {
    parameters,
    apply: (nodes: NamedNodes, x: Node) =>
      modules.reduce((value, module, i) => module.apply(withPrefix(nodes, `${i}.`), value), x),
  };
}
