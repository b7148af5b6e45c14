import {
  constant,
  type Graph,
  matmul,
  type NamedNodes,
  type Node,
  reshape,
  sub,
  trace,
} from "../../graph/index.js";
import { cast, fromNumbers, type Random, tensor } from "../../tensor/index.js";
import type { CorrectionNetwork } from "./correction.js";
import {
  besideLayers,
  enlargedAnswers,
  foldedParameters,
  type LayersBesideMatrix,
  layerInputs,
  layersOn,
  MATRIX,
  startingLayers,
  throughLayers,
  type VectorNetworkOptions,
} from "./layers-beside-matrix.js";
import { edgeParameters } from "./network.js";
import { asAnswer, laidOut, layoutInputs, sideBySide } from "./row-layout.js";
import type { Whitening } from "./whitening.js";

export interface WhitenedOptions extends VectorNetworkOptions {
  /** Of the columns of all inputs side by side. */
  readonly whitening: Whitening;
}

/**
 * A network for vectors of many components: an MLP and beside it a matrix, both of whitened inputs,
 *
 *     g = σ ⊙ (A x̂ + MLP(x̂)),   x̂ = P (x − μ).
 *
 * The matrix solves what is linear in every direction at its own pace, which hidden layers narrower than the state cannot.
 * Stages of one solve resemble one another: whitened, what they differ in is as large as what they share, and learned as
 * fast. Matrix and last layer start at zero.
 */
export function whitenedNetwork(options: WhitenedOptions, random: Random): CorrectionNetwork {
  const { inputs, features = [] } = options;
  const graph = networkGraph(options, (nodes) => ({ ...nodes, ...foldedNodes(options, nodes) }));
  return { inputs, features, graph, parameters: startingLayers(layersOf(options), random) };
}

/** The same network with P, μ and σ inside its weights: it runs at the cost of its layers alone. */
export function withFoldedWhitening(options: WhitenedOptions, network: CorrectionNetwork): CorrectionNetwork {
  const fold = (nodes: NamedNodes): NamedNodes => foldedNodes(options, nodes);
  const parameters = foldedParameters(layersOf(options), network, fold);
  return { ...network, graph: networkGraph(options, (nodes) => nodes), parameters };
}

function networkGraph(options: WhitenedOptions, weights: (nodes: NamedNodes) => NamedNodes): Graph {
  const { layout } = options;
  const layers = layersOf(options);
  return trace({ ...layoutInputs(layout), ...layerInputs(layers) }, (nodes: NamedNodes) => {
    const x = sideBySide(laidOut(layout, nodes));
    const own = weights(nodes);
    return { g: asAnswer(layout, besideLayers(own, throughLayers(layers, own, x), x)) };
  });
}

const layersOf = (options: WhitenedOptions): LayersBesideMatrix =>
  layersOn(options.whitening.mean.length, options);

/** The weights that act on raw inputs, out of those that act on whitened ones: the matrix, the first and the last layer. */
function foldedNodes(options: WhitenedOptions, nodes: NamedNodes): NamedNodes {
  const { scale, whitening } = options;
  const layers = layersOf(options);
  const { width } = layers;
  const P = constant(cast(tensor("float64", [width, width], whitening.matrix), "float32"));
  const mu = constant(fromNumbers([...whitening.mean], [width, 1]));
  const { first, last } = edgeParameters(options);
  const weight = matmul(nodes[first.weight] as Node, P);
  const bias = sub(nodes[first.bias] as Node, flat(matmul(weight, mu)));
  const folded: NamedNodes = { ...nodes, [first.weight]: weight, [first.bias]: bias };
  const answering = enlargedAnswers(layers, folded, scale);
  const own = { [first.weight]: weight, [first.bias]: bias, ...answering };
  const matrix = answering[MATRIX];
  if (matrix === undefined) return own;
  const straight = matmul(matrix, P);
  return {
    ...own,
    [last.bias]: sub(answering[last.bias] as Node, flat(matmul(straight, mu))),
    [MATRIX]: straight,
  };
}

const flat = (column: Node): Node => reshape(column, [Number(column.shape[0] ?? 1)]);
