import { type NamedNodes, type Node, withFloat } from "../../graph/index.js";
import { makeGraph } from "../../graph/internal.js";
import { cast, type FloatDType, isFloat } from "../../tensor/index.js";
import type { Field } from "./field.js";

/** The same field computing in another float type. */
export function fieldAs(field: Field, dtype: FloatDType): Field {
  const names = Object.keys(field.features);
  const both = withFloat(
    makeGraph(field.graph.inputs, { ...field.graph.outputs, ...prefixed(field.features) }),
    dtype,
  );
  const graph = makeGraph(
    both.inputs,
    Object.fromEntries(Object.keys(field.graph.outputs).map((name) => [name, both.outputs[name] as Node])),
  );
  const parameters = Object.fromEntries(
    Object.entries(field.parameters).map(([name, value]) => [
      name,
      isFloat(value.dtype) ? cast(value, dtype) : value,
    ]),
  );
  const features = Object.fromEntries(names.map((name) => [name, both.outputs[`feature ${name}`] as Node]));
  return { ...field, graph, parameters, features };
}

const prefixed = (features: NamedNodes): NamedNodes =>
  Object.fromEntries(Object.entries(features).map(([name, node]) => [`feature ${name}`, node]));
