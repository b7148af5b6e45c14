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
  besideLayers,
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
  /** Root mean square of state and evaluations, in order. */
  readonly sizes: readonly number[];
}

/** Weights and biases of the mixes among the parameters. */
export const MIX = { weight: "mix.weight", bias: "mix.bias" } as const;

/**
 * A network for vectors of very many components, which sees a few sums of state and evaluations in place of all of them,
 *
 *     g = σ ⊙ (Σ_r (1 + u_r) A_r m_r + MLP(m)) + Σ_p v_p x_p,   m_r = b_r + Σ_p W_rp ⊙ x_p.
 *
 * A layer on everything costs as much as f, and what it has to undo is mostly that evaluations resemble one another: a weight
 * for every component does that. The numbers u_r and v_p are further answers of the layers: weights of the mixes and of state
 * and evaluations that differ from state to state, for next to no arithmetic. Matrix and last layer start at zero. x_p, m_r and
 * g are [batch, d], or [batch, tokens, d] where rows are tokens; u_r and v_p are [batch, 1].
 */
export function mixedNetwork(options: MixedOptions, random: Random): CorrectionNetwork {
  const { inputs, features = [], mixing } = options;
  const layers = layersOf(options);
  const graph = networkGraph(options, (nodes) => ({ ...nodes, ...enlarged(options, nodes) }));
  const mix = { [MIX.weight]: mixing.weight, [MIX.bias]: mixing.bias };
  return { inputs, features, graph, parameters: { ...mix, ...startingLayers(layers, random) } };
}

/** The same network with σ inside its weights. */
export function withFoldedScale(options: MixedOptions, network: CorrectionNetwork): CorrectionNetwork {
  const fold = (nodes: NamedNodes): NamedNodes => enlarged(options, nodes);
  const parameters = foldedParameters(layersOf(options), network, fold);
  return { ...network, graph: networkGraph(options, (nodes) => nodes), parameters };
}

const mixesOf = ({ mixing }: MixedOptions): number => mixing.weight.shape[0] ?? 0;

const layersOf = (options: MixedOptions): LayersBesideMatrix =>
  layersOn(mixesOf(options) * options.scale.length, options, ownSizes(options).length);

/** Sizes of v, by which a weight of one adds as much as corrections usually are, then of u. */
function ownSizes({ mixing, sizes, scale, matrix = true }: MixedOptions): Float64Array {
  const usual = scale.reduce((sum, size) => sum + size, 0) / scale.length;
  const [mixes = 0] = mixing.weight.shape;
  return Float64Array.of(
    ...sizes.map((size) => usual / size),
    ...new Array<number>(matrix ? mixes : 0).fill(1),
  );
}

const enlarged = (options: MixedOptions, nodes: NamedNodes): NamedNodes =>
  enlargedAnswers(layersOf(options), nodes, options.scale, ownSizes(options));

function networkGraph(options: MixedOptions, weights: (nodes: NamedNodes) => NamedNodes): Graph {
  const { layout, mixing, matrix = true } = options;
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
    const own = weights(nodes);
    const answers = throughLayers(layers, own, sideBySide(mixes));
    const columns = (from: number, to: number): Node => slice(answers, answers.shape.length - 1, from, to);
    const extra = (index: number): Node => columns(layers.answers + index, layers.answers + index + 1);
    const v = parts.map((_, p) => extra(p));
    const weighed = parts.reduce((sum, x, p) => add(sum, mul(x, v[p] as Node)), columns(0, layers.answers));
    if (!matrix) return { g: asAnswer(layout, weighed) };
    const u = mixes.map((_, r) => extra(parts.length + r));
    const enlargedMixes = mixes.map((m, r) => mul(m, add(u[r] as Node, 1)));
    return { g: asAnswer(layout, besideLayers(own, weighed, sideBySide(enlargedMixes))) };
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
