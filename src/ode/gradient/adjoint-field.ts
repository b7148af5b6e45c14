import { cast, type InputSpec, type Node, neg, trace, vjp } from "../../graph/index.js";
import type { NamedTensors } from "../../runtime/index.js";
import { isFloat, type Tensor, zeros } from "../../tensor/index.js";
import { partName } from "../compiled/state-layout.js";
import { evaluateField } from "../field/evaluate-field.js";
import { controlNodes, controlSpecs, type Field, stateType } from "../field/field.js";
import type { Product } from "./product-algebra.js";
import type { ProductField } from "./product-field.js";

/** Names of the parts of an adjoint state. */
export const adjointParts = {
  /** The state, [batch, …]. */
  state: "z",
  /** a = ∂loss/∂z(s), of the state's shape. */
  adjoint: "a",
  /** ∂loss/∂θ as far as it comes from beyond s, of the shape of θ. */
  sum: (of: string): string => `sum of ${of}`,
} as const;

/**
 * The adjoint equation of a field, solved from the end of a span to its start:
 * dz/ds = f(s, z, θ),  da/ds = −(∂f/∂z)ᵀ a,  d sum/ds = −(∂f/∂θ)ᵀ a,
 * where θ is every float control (weights among them, see `withOpenParameters`).
 * Reference: L. S. Pontryagin et al., The Mathematical Theory of Optimal Processes, 1962; R. T. Q. Chen et al., Neural
 * Ordinary Differential Equations, NeurIPS 2018, appendix B.
 */
export function adjointField(field: Field): ProductField {
  const type = stateType(field);
  const controls = controlSpecs(field);
  const { state, adjoint, sum } = adjointParts;
  const [stateInput, adjointInput] = [partName("/z", state), partName("/z", adjoint)];
  const specs: Record<string, InputSpec> = {
    "/s": { shape: [], dtype: type.dtype },
    [stateInput]: type,
    [adjointInput]: type,
    ...controls,
  };
  const wanted = differentiated(field);
  const graph = trace(specs, (inputs) => {
    const [z, a] = [inputs[stateInput] as Node, inputs[adjointInput] as Node];
    const { dz } = evaluateField(field, inputs["/s"] as Node, z, { controls: controlNodes(field, inputs) });
    const sources = wanted.map((name) => inputs[name] as Node);
    const [da, ...gradients] = vjp([dz], [neg(a)], [z, ...sources]);
    const sums = wanted.map((name, i) => [partName("k", sum(name)), cast(gradients[i] as Node, type.dtype)]);
    return { [partName("k", state)]: dz, [partName("k", adjoint)]: da as Node, ...Object.fromEntries(sums) };
  });
  const sums = wanted.map((name) => [sum(name), { shape: controls[name]?.shape ?? [], dtype: type.dtype }]);
  return {
    graph,
    controls,
    parts: { [state]: type, [adjoint]: type, ...Object.fromEntries(sums) },
    dtype: type.dtype,
  };
}

/** The end of a solve as the start of its adjoint equation: nothing is summed up yet. */
export function adjointStart(field: Field, z: Tensor, a: Tensor, controls: NamedTensors): Product<Tensor> {
  const sums = differentiated(field).map((name) => [
    adjointParts.sum(name),
    zeros(controls[name]?.shape ?? [], z.dtype),
  ]);
  return { [adjointParts.state]: z, [adjointParts.adjoint]: a, ...Object.fromEntries(sums) };
}

/** The float controls. */
export function differentiated({ graph, roles }: Field): readonly string[] {
  return roles.controls.filter((name) => isFloat(graph.inputs[name]?.dtype ?? "int64"));
}
