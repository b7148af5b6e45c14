import { constant, mul, type NamedNodes, type Node, sub, trace } from "../../graph/index.js";
import { initialize, type Module, mlp, parameterInputs, prelu } from "../../nn/index.js";
import { fromNumbers, type Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import type { Correction, CorrectionNetwork } from "./correction.js";
import type { CorrectionInput, HiddenActivation } from "./names.js";
import { asAnswer, laidOut, layoutInputs, plainLayout, type RowLayout, sideBySide } from "./row-layout.js";
import { type ColumnStatistics, FARTHEST_MEAN } from "./statistics.js";

export interface NetworkOptions<Activation extends string = HiddenActivation> {
  readonly inputs: readonly CorrectionInput[];
  readonly features?: readonly string[];
  /** Widths of the hidden layers: units, or channels of convolutions. */
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** Training statistics of the columns of the correction's inputs, by name, in order. */
  readonly statistics: Readonly<Record<string, ColumnStatistics>>;
  /** Root mean square of each column or channel of the residual: g is this times the network. */
  readonly scale: Float64Array;
  /** How inputs and answer of MLPs lie. Default: all are vectors [batch, columns]. */
  readonly layout?: RowLayout;
}

/**
 * A correction for vector states: an MLP over the declared inputs side by side, each column standardized with
 * the training data's statistics, the result scaled to the residual's size. Its last layer starts at zero, so that
 * an untrained hypersolver is its base.
 */
export function mlpNetwork(options: NetworkOptions, random: Random): CorrectionNetwork {
  const { inputs, features = [], statistics, scale } = options;
  const network = networkOf(options);
  const layout = layoutOf(options);
  const columns = Object.values(statistics);
  const graph = trace({ ...layoutInputs(layout), ...parameterInputs(network) }, (nodes: NamedNodes) => {
    const parts = laidOut(layout, nodes).map((part, i) => standardized(part, columns[i] as ColumnStatistics));
    return { g: asAnswer(layout, mul(network.apply(nodes, sideBySide(parts)), row(scale))) };
  });
  return { inputs, features, graph, parameters: initialize(network, random) };
}

/** `mlpNetwork` on a base. */
export const mlpCorrection = (
  { base, ...options }: NetworkOptions & Pick<Correction, "base">,
  random: Random,
): Correction => ({ base, ...mlpNetwork(options, random) });

function networkOf({ hidden, activation, statistics, scale }: NetworkOptions): Module {
  const widths = Object.values(statistics).map(({ mean }) => mean.length);
  const width = widths.reduce((total, size) => total + size, 0);
  const between = activation === "prelu" ? prelu() : activation;
  return mlp({ sizes: [width, ...hidden, scale.length], activation: between, zeroOutput: true });
}

function layoutOf({ statistics, scale, layout }: NetworkOptions): RowLayout {
  if (layout !== undefined) return layout;
  const columns = Object.entries(statistics).map(([name, { mean }]) => [name, mean.length] as const);
  return plainLayout(Object.fromEntries(columns), scale.length);
}

/**
 * The same correction with the statistics inside its first and last layers: W x̂ + b with x̂ = (x − μ)/σ is
 * (W/σ) x + (b − (W/σ) μ). Broadcasting over a handful of columns costs ONNX Runtime more than a hidden layer.
 * @param correction one of `mlpNetwork` with the same options, trained or not.
 */
export function withFoldedStatistics<G extends CorrectionNetwork>(options: NetworkOptions, correction: G): G {
  const columns = Object.values(options.statistics);
  const mean = columns.flatMap((column) => [...column.mean]);
  const gain = columns.flatMap((column) => [...column.deviation].map(reciprocalOrOne));
  if (mean.some((center, i) => Math.abs(center * (gain[i] ?? 1)) > FARTHEST_MEAN)) return correction;
  const network = networkOf(options);
  const layout = layoutOf(options);
  const graph = trace({ ...layoutInputs(layout), ...parameterInputs(network) }, (nodes: NamedNodes) => ({
    g: asAnswer(layout, network.apply(nodes, sideBySide(laidOut(layout, nodes)))),
  }));
  return { ...correction, graph, parameters: rescaled(options, correction.parameters, "fold") };
}

/**
 * The inverse of folding: a finished correction's layers for the network that standardizes by these statistics, which may be
 * of other data than those that were folded in.
 * @param correction the network of `mlpNetwork` with these options and the parameters of the finished one.
 */
export const withUnfoldedStatistics = <G extends CorrectionNetwork>(
  options: NetworkOptions,
  correction: G,
): G => ({
  ...correction,
  parameters: rescaled(options, correction.parameters, "unfold"),
});

/** First and last layers with the statistics inside them, or taken out of them: W/σ and b − (W/σ)μ, or the inverse. */
function rescaled(
  options: NetworkOptions,
  given: CorrectionNetwork["parameters"],
  way: "fold" | "unfold",
): CorrectionNetwork["parameters"] {
  const columns = Object.values(options.statistics);
  const mean = columns.flatMap((column) => [...column.mean]);
  const gain = columns.flatMap((column) => [...column.deviation].map(reciprocalOrOne));
  const width = mean.length;
  const fan = (options.hidden.at(-1) ?? width) as number;
  const isFold = way === "fold";
  const times = (value: number, factor = 1): number => (isFold ? value * factor : value / factor);
  const { first, last } = edgeParameters(options);
  const parameters = { ...given };
  const change = (name: string, value: (old: Float64Array) => Float64Array): void => {
    const { shape } = parameters[name] as Tensor;
    parameters[name] = fromNumbers(value(toFloat64(parameters[name] as Tensor)), shape);
  };
  const raw = (): Float64Array => toFloat64(parameters[first.weight] as Tensor);
  const weights = isFold ? raw().map((w, i) => w * (gain[i % width] ?? 1)) : raw();
  const shift = isFold ? -1 : 1;
  change(first.weight, (old) => old.map((w, i) => times(w, gain[i % width])));
  change(first.bias, (old) =>
    old.map((b, i) =>
      mean.reduce((sum, center, j) => sum + shift * (weights[i * width + j] ?? 0) * center, b),
    ),
  );
  change(last.weight, (old) => old.map((w, i) => times(w, options.scale[Math.floor(i / fan)])));
  change(last.bias, (old) => old.map((b, i) => times(b, options.scale[i])));
  return parameters;
}

/** Names of the parameters that meet the inputs and the result; between any two layers stands an activation. */
export function edgeParameters({
  hidden,
}: Pick<NetworkOptions, "hidden">): Record<"first" | "last", Record<"weight" | "bias", string>> {
  const layer = (index: number): Record<"weight" | "bias", string> => ({
    weight: `${index}.weight`,
    bias: `${index}.bias`,
  });
  return { first: layer(0), last: layer(2 * hidden.length) };
}

/** What a channel is multiplied by to have deviation one; one where it does not vary. */
const reciprocalOrOne = (deviation: number): number => (deviation > 0 ? 1 / deviation : 1);

function standardized(x: Node, { mean, deviation }: ColumnStatistics): Node {
  return mul(sub(x, row(mean)), row(deviation.map(reciprocalOrOne)));
}

const row = (values: Float64Array): Node => constant(fromNumbers(values, [values.length], "float32"));
