import type { NamedNodes, Node } from "../../graph/index.js";
import { type Field, fixed, rk4, type Span, uniformMesh } from "../../ode/index.js";
import { stepsOf } from "../../ode/internal.js";
import type { Correction } from "../correction/correction.js";
import { trajectoryDistance } from "../fit/losses.js";
import { controlColumn, pointColumn } from "../reference/trajectory-data.js";

/** Where both sides are measured. */
export interface AdversarialPlace {
  readonly span: Span;
  /** Of the hypersolver. */
  readonly steps: number;
  /** Of the reference in each of those. */
  readonly referenceSteps: number;
}

/** What the loss is a function of. */
export interface AdversarialNodes {
  /** [batch, …]. */
  readonly z0: Node;
  /** The field's controls, its parameters among them where these are open. */
  readonly controls: NamedNodes;
  /** g's parameters. */
  readonly correction: NamedNodes;
}

/** States of the reference at the mesh points, z₀ first: RK4 in `referenceSteps` steps from one to the next. */
export function referencePoints(
  field: Field,
  { z0, controls }: Pick<AdversarialNodes, "z0" | "controls">,
  { span, steps, referenceSteps }: AdversarialPlace,
): Node[] {
  const scheme = fixed(rk4, { steps: 1 }).scheme(field);
  const points = [z0];
  let z = z0;
  for (const [i, { s, dt }] of stepsOf(uniformMesh(span, steps * referenceSteps)).entries()) {
    z = scheme.step({ s, dt, z, z0, controls }).z1;
    if ((i + 1) % referenceSteps === 0) points.push(z);
  }
  return points;
}

/**
 * What correction and field play for: Σ_k ‖z_k − z̄_k‖₂ over the mesh points, averaged over the batch (Poli et al., 2020,
 * equation 6), between the hypersolver's states z_k and a reference z̄_k of small steps. Both depend on the field's
 * parameters, and gradients flow through both.
 * @param points of `referencePoints`, where they are there already.
 */
export function adversarialDistance(
  field: Field,
  correction: Correction,
  nodes: AdversarialNodes,
  place: AdversarialPlace,
  points: readonly Node[] = referencePoints(field, nodes, place),
): Node {
  const { controls, correction: parameters } = nodes;
  const named = [
    ...points.map((point, k) => [pointColumn(k), point] as const),
    ...Object.entries(controls).map(([name, node]) => [controlColumn(name), node] as const),
  ];
  const { span, steps } = place;
  return trajectoryDistance(field, correction, parameters, Object.fromEntries(named), {
    span,
    steps,
    throughField: true,
  });
}
