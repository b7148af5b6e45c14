import {
  cast,
  crossEntropy,
  equal,
  mean,
  mul,
  type NamedNodes,
  type Node,
  type Operand,
  reduceMax,
  reduceSum,
  sum,
} from "../../../graph/index.js";
import { applyTraining } from "../../../nn/index.js";
import type { ButcherTableau } from "../../../ode/index.js";
import { graphAlgebra, type MeshStep, rungeKuttaStep, withoutErrorControl } from "../../../ode/internal.js";
import { isFloat } from "../../../tensor/index.js";
import { type ClassifierArchitecture, requireLogits } from "../architecture.js";

/** What training minimizes and reports. */
interface ClassifierLoss {
  /** Mean cross-entropy, in nats. */
  readonly loss: Node;
  /** Share of samples whose label has the largest logit. */
  readonly accuracy: Node;
}

/** @param labels rows of zeros with a one at the class, [n, classes]. */
export function classifierLoss(logits: Node, labels: Node): ClassifierLoss {
  const own = reduceSum(mul(logits, labels), -1);
  const right = cast(equal(own, reduceMax(logits, -1)), logits.dtype);
  return { loss: crossEntropy(logits, labels), accuracy: mean(right) };
}

/**
 * The loss of a whole classifier in training mode, in unrolled fixed steps, and the new values of its buffers.
 *
 * Batch normalization uses the statistics of the batch, inside f those of each evaluation by itself. Running statistics
 * move once: those of f toward the mean of the statistics of all evaluations, since evaluation mode has one set of
 * statistics for all depths.
 * @param nodes parameters and buffers by name.
 * @param batch `images` [n, C, H, W], standardized, and `labels` [n, classes].
 */
export function unrolledLoss(
  architecture: ClassifierArchitecture,
  tableau: ButcherTableau,
  steps: readonly MeshStep<Operand>[],
  nodes: NamedNodes,
  batch: { readonly images: Node; readonly labels: Node },
): ClassifierLoss & { readonly buffers: NamedNodes } {
  const method = withoutErrorControl(tableau);
  const stem = applyTraining(architecture.stem, nodes, batch.images);
  const moved: NamedNodes[] = [];
  const z1 = steps.reduce<Node>((z, { s, dt }) => {
    const f = (depth: Operand, state: Node): Node => {
      const { output, buffers } = applyTraining(architecture.field(depth), nodes, state);
      moved.push(buffers);
      return output;
    };
    return rungeKuttaStep<Node, Operand>(method, f, graphAlgebra, { s, dt, y: z }).y1;
  }, stem.output);
  const head = applyTraining(architecture.head, nodes, z1);
  return {
    ...classifierLoss(requireLogits(architecture, head.output), batch.labels),
    buffers: { ...stem.buffers, ...meanBuffers(moved), ...head.buffers },
  };
}

/** Means of moved buffers; counters, which all moved alike, from the first. */
function meanBuffers(moved: readonly NamedNodes[]): NamedNodes {
  const [first = {}] = moved;
  return Object.fromEntries(
    Object.entries(first).map(([name, node]) => {
      const all = moved.map((buffers) => buffers[name] as Node);
      return [name, isFloat(node.dtype) ? mul(sum(...all), 1 / all.length) : node] as const;
    }),
  );
}
