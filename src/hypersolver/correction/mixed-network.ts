import {
  add,
  evaluateGraph,
  type Graph,
  mul,
  type NamedNodes,
  type Node,
  reshape,
  slice,
  trace,
} from "../../graph/index.js";
import { cast, type Random } from "../../tensor/index.js";
import type { CorrectionNetwork } from "./correction.js";
import { enlargedAnswers, layerInputs, startingLayers, throughLayers } from "./layers-beside-matrix.js";
import type { Mixing } from "./mixing.js";
import type { CorrectionInput, HiddenActivation } from "./names.js";
import { asAnswer, laidOut, layoutInputs, type RowLayout, sideBySide } from "./row-layout.js";

export interface MixedOptions {
  /** State and evaluations: all have the columns of the answer. */
  readonly inputs: readonly CorrectionInput[];
  readonly features?: readonly string[];
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  readonly activation: HiddenActivation;
  /** How inputs and answer lie. */
  readonly layout: RowLayout;
  /** Where the mixes begin. */
  readonly mixing: Mixing;
  /** Size of every column of the result. */
  readonly scale: Float64Array;
  /** Whether there is a matrix beside the layers. Default true. */
  readonly matrix?: boolean | undefined;
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
  const folding = trace(layerInputs(layers), (nodes) => enlargedAnswers(layers, nodes, options.scale));
  const folded = Object.entries(evaluateGraph(folding, network.parameters)).map(
    ([name, value]) => [name, cast(value, "float32")] as const,
  );
  const parameters = { ...network.parameters, ...Object.fromEntries(folded) };
  return { ...network, graph: networkGraph(options, (nodes) => nodes), parameters };
}

const mixesOf = ({ mixing }: MixedOptions): number => mixing.weight.shape[0] ?? 0;

const layersOf = (options: MixedOptions) => {
  const { hidden, activation, scale, matrix = true } = options;
  return { width: mixesOf(options) * scale.length, hidden, activation, answers: scale.length, matrix };
};

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
