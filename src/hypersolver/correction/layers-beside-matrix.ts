import { add, constant, type InputSpec, mul, type NamedNodes, type Node } from "../../graph/index.js";
import { initialize, type Module, mlp, parameterInputs, prelu } from "../../nn/index.js";
import { affine } from "../../nn/internal.js";
import type { NamedTensors } from "../../runtime/index.js";
import { fromNumbers, type Random } from "../../tensor/index.js";
import type { HiddenActivation } from "./names.js";
import { edgeParameters } from "./network.js";

/** A x + MLP(x), or the layers alone. */
export interface LayersBesideMatrix {
  /** Columns of x. */
  readonly width: number;
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  readonly activation: HiddenActivation;
  /** Columns of the answer. */
  readonly answers: number;
  /** Whether there is a matrix. */
  readonly matrix: boolean;
}

/** The matrix A, [answers, width], among the parameters. */
export const MATRIX = "linear.weight";

const moduleOf = ({ width, hidden, activation, answers }: LayersBesideMatrix): Module =>
  mlp({
    sizes: [width, ...hidden, answers],
    activation: activation === "prelu" ? prelu() : activation,
    zeroOutput: true,
  });

/** Its parameters as inputs of a graph. */
export const layerInputs = (layers: LayersBesideMatrix): Record<string, InputSpec> => ({
  ...parameterInputs(moduleOf(layers)),
  ...(layers.matrix ? { [MATRIX]: { shape: [layers.answers, layers.width] } } : {}),
});

/** Before training: matrix and last layer are zero. */
export function startingLayers(layers: LayersBesideMatrix, random: Random): NamedTensors {
  const { width, answers, matrix } = layers;
  const zero = fromNumbers(new Float64Array(width * answers), [answers, width]);
  return { ...initialize(moduleOf(layers), random), ...(matrix ? { [MATRIX]: zero } : {}) };
}

/** The answer to x, [..., width], as [..., answers]. */
export function throughLayers(layers: LayersBesideMatrix, nodes: NamedNodes, x: Node): Node {
  const answer = moduleOf(layers).apply(nodes, x);
  const matrix = nodes[MATRIX];
  return matrix === undefined ? answer : add(affine(x, matrix, undefined), answer);
}

/** Those of the weights that answer, such that answers are so many times as large, a factor a column. */
export function enlargedAnswers(
  layers: LayersBesideMatrix,
  nodes: NamedNodes,
  scale: Float64Array,
): NamedNodes {
  const [across, down] = [[scale.length], [scale.length, 1]].map((shape) =>
    constant(fromNumbers([...scale], shape)),
  ) as [Node, Node];
  const { last } = edgeParameters(layers);
  const matrix = nodes[MATRIX];
  return {
    [last.weight]: mul(nodes[last.weight] as Node, down),
    [last.bias]: mul(nodes[last.bias] as Node, across),
    ...(matrix === undefined ? {} : { [MATRIX]: mul(matrix, down) }),
  };
}
