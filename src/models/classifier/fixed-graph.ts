import { constant, type Graph, type NamedNodes, trace } from "../../graph/index.js";
import type { StateDict } from "../../nn/index.js";
import { graphAlgebraWithin, type StepRule, stateType, stepsOf } from "../../ode/index.js";
import { imagesShape } from "./architecture.js";
import type { Classifier } from "./classifier.js";

/** The values as constants, one node each, so that all steps share their weights. */
export const constantsOf = (state: StateDict): NamedNodes =>
  Object.fromEntries(Object.entries(state).map(([name, value]) => [name, constant(value)]));

/**
 * A whole classifier in fixed steps as one graph: `images` [batch, C, H, W], standardised, -> `logits` [batch, classes].
 * @param mesh all points of the steps, the start of the span first.
 */
export function fixedGraph(classifier: Classifier, rule: StepRule, mesh: readonly number[]): Graph {
  const { architecture, state } = classifier;
  const { stem, head } = architecture;
  const nodes = constantsOf(state);
  const algebra = graphAlgebraWithin({ low: Math.min(...mesh), high: Math.max(...mesh) });
  return trace({ images: { shape: imagesShape(architecture) } }, ({ images }) => {
    const z0 = stem.apply(nodes, images);
    const z1 = stepsOf(mesh).reduce((z, { s, dt }) => rule.step({ s, dt, z, z0, controls: {}, algebra }), z0);
    return { logits: head.apply(nodes, z1) };
  });
}

/** h_x alone: `images` -> `z`. */
export function stemGraph({ architecture, state }: Classifier): Graph {
  const nodes = constantsOf(state);
  return trace({ images: { shape: imagesShape(architecture) } }, ({ images }) => ({
    z: architecture.stem.apply(nodes, images),
  }));
}

/** h_y alone: `z` -> `logits`. */
export function headGraph({ architecture, state, field }: Classifier): Graph {
  const nodes = constantsOf(state);
  return trace({ z: stateType(field) }, ({ z }) => ({ logits: architecture.head.apply(nodes, z) }));
}
