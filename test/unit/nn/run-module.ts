import { evaluateGraph, type Node, trace } from "../../../src/graph/index.js";
import { type Module, parameterInputs, type StateDict } from "../../../src/nn/index.js";
import { fromNumbers, type Tensor } from "../../../src/tensor/index.js";

/** The module at one input, by the reference interpreter. */
export function run(module: Module, state: StateDict, x: Tensor, batch = false): Tensor {
  const shape = batch ? (["batch", ...x.shape.slice(1)] as const) : x.shape;
  const graph = trace({ ...parameterInputs(module), x: { shape } }, (nodes) => ({
    y: module.apply(nodes, nodes.x as Node),
  }));
  return evaluateGraph(graph, { ...state, x }).y as Tensor;
}

/** sin(1), sin(2), … in a shape. */
export const ramp = (shape: readonly number[]): Tensor => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return fromNumbers(
    Array.from({ length: size }, (_, i) => Math.sin(1 + i)),
    shape,
  );
};
