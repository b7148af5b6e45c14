import {
  add,
  constant,
  evaluateGraph,
  type InputSpec,
  mul,
  type NamedNodes,
  type Node,
  trace,
} from "../../graph/index.js";
import { initialize, type Module, mlp, parameterInputs, prelu } from "../../nn/index.js";
import { affine } from "../../nn/internal.js";
import type { NamedTensors } from "../../runtime/index.js";
import { cast, fromNumbers, type Random } from "../../tensor/index.js";
import type { CorrectionNetwork } from "./correction.js";
import type { CorrectionInput, HiddenActivation } from "./names.js";
import { edgeParameters } from "./network.js";
import type { RowLayout } from "./row-layout.js";

/** What networks for vectors of many components have in common. */
export interface VectorNetworkOptions {
  readonly inputs: readonly CorrectionInput[];
  readonly features?: readonly string[];
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  readonly activation: HiddenActivation;
  /** How inputs and answer lie. */
  readonly layout: RowLayout;
  /** Size of every column of the result. */
  readonly scale: Float64Array;
  /** Whether there is a matrix beside the layers. Default true. */
  readonly matrix?: boolean | undefined;
}

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

/** Those of a network, on so many columns. */
export const layersOn = (
  width: number,
  { hidden, activation, scale, matrix = true }: VectorNetworkOptions,
): LayersBesideMatrix => ({ width, hidden, activation, answers: scale.length, matrix });

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

/** Trained weights as a folding makes them, float32. */
export function foldedParameters(
  layers: LayersBesideMatrix,
  { parameters }: CorrectionNetwork,
  fold: (nodes: NamedNodes) => NamedNodes,
): NamedTensors {
  const folded = evaluateGraph(trace(layerInputs(layers), fold), parameters);
  const single = Object.entries(folded).map(([name, value]) => [name, cast(value, "float32")] as const);
  return { ...parameters, ...Object.fromEntries(single) };
}
