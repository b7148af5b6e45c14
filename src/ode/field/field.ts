import { countMacs, type Graph, type InputSpec, type NamedNodes, type Node } from "../../graph/index.js";
import { makeGraph, type TensorType } from "../../graph/internal.js";
import type { Tensor } from "../../tensor/index.js";
import type { NoisePath } from "../denoiser/noise-path.js";

/** Which input of a field's graph is what. */
export interface FieldRoles {
  /** The state z, [batch, …]. */
  readonly state: string;
  /** The depth s; undefined for an autonomous field. */
  readonly depth: string | undefined;
  /** Further inputs that stay constant along a solve (data control). */
  readonly controls: readonly string[];
  /** The derivative dz/ds, of the state's shape. */
  readonly output: string;
}

/** A vector field f(s, z, x; θ) as a graph: what can be solved, corrected, differentiated and exported. */
export interface Field {
  readonly graph: Graph;
  readonly roles: FieldRoles;
  /** Values of the remaining inputs of the graph, by name. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** Intermediate tensors that a correction may read, by name. */
  readonly features: NamedNodes;
  /**
   * Of a state that carries along what is integrated on its way, such as a log-density: how many of its first columns are
   * the state itself. A correction that was made for these corrects these. Absent: all are.
   */
  readonly ownColumns?: number | undefined;
  /**
   * Of a field that leads from noise to data: how much of both a state is made of, over s. Methods made for such fields read it.
   * Absent: where it is asked for, that of flow matching.
   */
  readonly path?: NoisePath | undefined;
}

/** Type of the state. */
export function stateType({ graph, roles }: Field): TensorType {
  return graph.inputs[roles.state] ?? { dtype: "float32", shape: [] };
}

/** Inputs that a program over this field needs besides the state, as specs for `trace`. */
export function controlSpecs({ graph, roles }: Field): Record<string, InputSpec> {
  return Object.fromEntries(roles.controls.map((name) => [name, graph.inputs[name] ?? { shape: [] }]));
}

/** The nodes of these inputs among those of a program. */
export function controlNodes({ roles }: Pick<Field, "roles">, inputs: NamedNodes): NamedNodes {
  return Object.fromEntries(roles.controls.map((name) => [name, inputs[name] as Node]));
}

/** Multiply–accumulates of one evaluation on one sample. */
export function fieldMacs({ graph, roles, parameters }: Field): number {
  const dz = graph.outputs[roles.output];
  return dz === undefined ? 0 : countMacs(makeGraph(graph.inputs, { dz }), 1, Object.keys(parameters));
}
