import { bind, encodeOnnx, type Node } from "../../graph/index.js";
import { makeGraph } from "../../graph/internal.js";
import type { Field } from "../../ode/index.js";
import { sha256 } from "../../tensor/internal.js";

/** Short hash of a field's operators and weights: two fields with one fingerprint compute the same function. */
export function fingerprintOf({ graph, roles, parameters }: Field): string {
  const dz = graph.outputs[roles.output] as Node;
  const closed = bind(makeGraph(graph.inputs, { dz }), parameters);
  return sha256(encodeOnnx(closed, { hints: false })).slice(0, 16);
}
