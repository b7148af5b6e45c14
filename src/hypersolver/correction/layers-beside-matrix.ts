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
  /** Numbers that the layers alone answer with besides. */
  readonly extras: number;
  /** Whether there is a matrix. */
  readonly matrix: boolean;
}

/** Those of a network, on so many columns. */
export const layersOn = (
  width: number,
  { hidden, activation, scale, matrix = true }: VectorNetworkOptions,
  extras = 0,
): LayersBesideMatrix => ({ width, hidden, activation, answers: scale.length, extras, matrix });

/** The matrix A, [answers, width], among the parameters. */
export const MATRIX = "linear.weight";

const moduleOf = ({ width, hidden, activation, answers, extras }: LayersBesideMatrix): Module =>
  mlp({
    sizes: [width, ...hidden, answers + extras],
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

/** What the layers answer to x, [..., width], as [..., answers + extras]. */
export const throughLayers = (layers: LayersBesideMatrix, nodes: NamedNodes, x: Node): Node =>
  moduleOf(layers).apply(nodes, x);

/** What the matrix adds to it, [..., answers]: that of x, or of something of the same columns. */
export function besideLayers(nodes: NamedNodes, answer: Node, x: Node): Node {
  const matrix = nodes[MATRIX];
  return matrix === undefined ? answer : add(affine(x, matrix, undefined), answer);
}

/**
 * Those of the weights that answer, such that answers are so many times as large, a factor a column.
 * @param extras the same for the numbers that the layers alone answer with.
 */
export function enlargedAnswers(
  layers: LayersBesideMatrix,
  nodes: NamedNodes,
  scale: Float64Array,
  extras: Float64Array = new Float64Array(0),
): NamedNodes {
  const factors = (all: readonly number[], ...shape: readonly number[]): Node =>
    constant(fromNumbers(all, [all.length, ...shape]));
  const all = [...scale, ...extras];
  const { last } = edgeParameters(layers);
  const matrix = nodes[MATRIX];
  return {
    [last.weight]: mul(nodes[last.weight] as Node, factors(all, 1)),
    [last.bias]: mul(nodes[last.bias] as Node, factors(all)),
    ...(matrix === undefined ? {} : { [MATRIX]: mul(matrix, factors([...scale], 1)) }),
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
