import {
  add,
  type Graph,
  mul,
  type NamedNodes,
  type Node,
  reshape,
  slice,
  trace,
} from "../../graph/index.js";
import type { Random } from "../../tensor/index.js";
import type { CorrectionNetwork } from "./correction.js";
import {
  enlargedAnswers,
  foldedParameters,
  type LayersBesideMatrix,
  layerInputs,
  layersOn,
  startingLayers,
  throughLayers,
  type VectorNetworkOptions,
} from "./layers-beside-matrix.js";
import type { Mixing } from "./mixing.js";
import { asAnswer, laidOut, layoutInputs, sideBySide } from "./row-layout.js";

/** State and evaluations are its inputs: all have the columns of the answer. */
export interface MixedOptions extends VectorNetworkOptions {
  /** Where the mixes begin. */
  readonly mixing: Mixing;
}

/** Weights and biases of the mixes among the parameters. */
export const MIX = { weight: "mix.weight", bias: "mix.bias" } as const;

/**
 * A network for vectors of very many components, which sees a few sums of state and evaluations in place of all of them,
 *
 *     g = σ ⊙ (A m + MLP(m)),   m_r = b_r + Σ_p W_rp ⊙ x_p.
 *
 * A layer on everything costs as much as f, and what it has to undo is mostly that evaluations resemble one another: a weight
 * for every component does that. Matrix and last layer start at zero.
 */
export function mixedNetwork(options: MixedOptions, random: Random): CorrectionNetwork {
  const { inputs, features = [], mixing, scale } = options;
  const layers = layersOf(options);
  const graph = networkGraph(options, (nodes) => ({ ...nodes, ...enlargedAnswers(layers, nodes, scale) }));
  const mix = { [MIX.weight]: mixing.weight, [MIX.bias]: mixing.bias };
  return { inputs, features, graph, parameters: { ...mix, ...startingLayers(layers, random) } };
}

/** The same network with σ inside its weights. */
export function withFoldedScale(options: MixedOptions, network: CorrectionNetwork): CorrectionNetwork {
  const layers = layersOf(options);
  const fold = (nodes: NamedNodes): NamedNodes => enlargedAnswers(layers, nodes, options.scale);
  const parameters = foldedParameters(layers, network, fold);
  return { ...network, graph: networkGraph(options, (nodes) => nodes), parameters };
}

const mixesOf = ({ mixing }: MixedOptions): number => mixing.weight.shape[0] ?? 0;

const layersOf = (options: MixedOptions): LayersBesideMatrix =>
  layersOn(mixesOf(options) * options.scale.length, options);

function networkGraph(options: MixedOptions, weights: (nodes: NamedNodes) => NamedNodes): Graph {
  const { layout, mixing } = options;
  const layers = layersOf(options);
  const specs = {
    ...layoutInputs(layout),
    [MIX.weight]: { shape: mixing.weight.shape },
    [MIX.bias]: { shape: mixing.bias.shape },
    ...layerInputs(layers),
  };
  return trace(specs, (nodes: NamedNodes) => {
    const parts = laidOut(layout, nodes);
    const mixes = Array.from({ length: mixesOf(options) }, (_, r) => mixOf(parts, nodes, r));
    return { g: asAnswer(layout, throughLayers(layers, weights(nodes), sideBySide(mixes))) };
  });
}

function mixOf(parts: readonly Node[], nodes: NamedNodes, r: number): Node {
  const [weight, bias] = [nodes[MIX.weight] as Node, nodes[MIX.bias] as Node];
  const [, , columns = 1] = weight.shape;
  const row = (of: Node, ...at: readonly number[]): Node =>
    reshape(
      at.reduce((part, index, axis) => slice(part, axis, index, index + 1), of),
      [columns],
    );
  return parts.reduce((sum, x, p) => add(sum, mul(x, row(weight, r, p))), row(bias, r));
}
