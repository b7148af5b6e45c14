import type { NamedNodes, Node } from "../../graph/index.js";
import { type Field, type Span, uniformMesh } from "../../ode/index.js";
import { stepsOf } from "../../ode/internal.js";
import type { Correction } from "../correction/correction.js";
import { hyperScheme } from "../correction/hyper-scheme.js";

/** Where a hypersolver in training solves. */
export interface OpenSolve {
  readonly z0: Node;
  /** Controls of the field, its open parameters among them. */
  readonly controls: NamedNodes;
  /** Weights of g. */
  readonly weights: NamedNodes;
}

/**
 * The end of a span by a hypersolver whose field and correction are both inputs: differentiable in either.
 * @param field with open parameters.
 */
export function openHyperEnd(
  field: Field,
  correction: Correction,
  { span, steps }: { readonly span: Span; readonly steps: number },
  { z0, controls, weights }: OpenSolve,
): Node {
  const scheme = hyperScheme(field, correction, { parameters: weights });
  const records = scheme.solve({ steps: stepsOf(uniformMesh(span, steps)), z0, controls });
  return records.at(-1)?.z1 ?? z0;
}
