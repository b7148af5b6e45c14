import { constant, type Graph, type NamedNodes, trace } from "../../graph/index.js";
import type { StateDict } from "../../nn/index.js";
import type { FixedMethod } from "../../ode/index.js";
import { graphAlgebraWithin, type MethodCost, planMesh, stateType, stepsOf } from "../../ode/internal.js";
import { imagesShape } from "./architecture.js";
import type { Classifier } from "./classifier.js";

/** The values as constants, one node each, so that all steps share their weights. */
const constantsOf = (state: StateDict): NamedNodes =>
  Object.fromEntries(Object.entries(state).map(([name, value]) => [name, constant(value)]));

/** A whole classifier in fixed steps. */
interface FixedClassifier {
  /** `images` [batch, C, H, W], standardized, -> `logits` [batch, classes]. */
  readonly graph: Graph;
  /** Number of steps, and what they cost. */
  readonly steps: number;
  readonly cost: MethodCost;
}

/**
 * The whole classifier as one graph: h_x, all steps of the method, h_y.
 * @throws INVALID_ARGUMENT when the method's mesh does not cover the classifier's span.
 */
export function fixedClassifier(classifier: Classifier, method: FixedMethod): FixedClassifier {
  const { architecture, state, field } = classifier;
  const { stem, head, span } = architecture;
  const nodes = constantsOf(state);
  const { mesh } = planMesh(method.grid, { span });
  const scheme = method.scheme(field);
  const algebra = graphAlgebraWithin({ low: Math.min(...mesh), high: Math.max(...mesh) });
  const graph = trace({ images: { shape: imagesShape(architecture) } }, ({ images }) => {
    const z0 = stem.apply(nodes, images);
    const records = scheme.solve({ steps: stepsOf(mesh), z0, controls: {}, algebra });
    return { logits: head.apply(nodes, records.at(-1)?.z1 ?? z0) };
  });
  const steps = mesh.length - 1;
  return { graph, steps, cost: scheme.cost(steps) };
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
