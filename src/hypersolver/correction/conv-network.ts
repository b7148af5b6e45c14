import {
  concat,
  constant,
  evaluateGraph,
  expand,
  type Graph,
  type InputSpec,
  mul,
  type NamedNodes,
  type Node,
  reduceSum,
  reshape,
  sub,
  trace,
} from "../../graph/index.js";
import {
  conv2d,
  initialize,
  type Module,
  parameterInputs,
  prelu,
  sequential,
  zeroed,
} from "../../nn/index.js";
import { activationNamed } from "../../nn/internal.js";
import { cast, fail, fromNumbers, type Random } from "../../tensor/index.js";
import type { Correction, CorrectionNetwork } from "./correction.js";
import { requireImages, type SampleShape } from "./input-shapes.js";
import type { ConvActivation } from "./names.js";
import { edgeParameters, type NetworkOptions } from "./network.js";
import { FARTHEST_MEAN } from "./statistics.js";

export interface ConvNetworkOptions extends NetworkOptions<ConvActivation> {
  /** Side of the kernel of every layer, odd, one more than `hidden`. */
  readonly kernels: readonly number[];
  /** Height and width of the state. */
  readonly size: readonly [number, number];
  /** Shape of one sample of every input of the correction, by name, in order: `inputShapes`. */
  readonly shapes: Readonly<Record<string, SampleShape>>;
}

/**
 * A correction for image states [batch, c, h, w]: convolutions with zero padding over the declared inputs on top of each
 * other, numbers (epsilon, s) as constant channels. Every channel is standardized with the training data's statistics,
 * x̂ = (x − μ)/σ, padded by x̂ = 0; the result is scaled to the residual's size. The last layer starts at zero, so that an
 * untrained hypersolver is its base.
 *
 * Standardization is never computed on images but on weights, so that it costs nothing a pixel and folding changes
 * nothing: 1/σ is a factor of the first kernel. A bias could take μ only away from the border, where zero padding cuts
 * the kernel; a channel of ones, padded with zeros like the rest, takes it exactly, with kernel −Σ_c W_c μ_c/σ_c. First
 * kernels of side 1 have no border and use the bias.
 * @throws SHAPE_MISMATCH for an input of another height or width; INVALID_ARGUMENT for kernels that do not fit.
 */
export function convNetwork(options: ConvNetworkOptions, random: Random): CorrectionNetwork {
  const { inputs, features = [] } = options;
  requireImages(options.shapes, options.size);
  requireKernels(options);
  const learned = networkOf(options, channelsOf(options));
  const network = networkOf(options, inputChannels(options));
  const graph = convGraph(options, parameterInputs(learned), (nodes, x) =>
    network.apply({ ...nodes, ...foldedNodes(options, nodes) }, x),
  );
  return { inputs, features, graph, parameters: initialize(learned, random) };
}

/** `convNetwork` on a base. */
export const convCorrection = (
  { base, ...options }: ConvNetworkOptions & Pick<Correction, "base">,
  random: Random,
): Correction => ({ base, ...convNetwork(options, random) });

/**
 * The same correction with the statistics inside its weights: plain convolutions over the inputs and the channel of ones.
 * @param correction one of `convNetwork` with the same options, trained or not.
 */
export function withFoldedChannels<G extends CorrectionNetwork>(
  options: ConvNetworkOptions,
  correction: G,
): G {
  const learned = parameterInputs(networkOf(options, channelsOf(options)));
  const network = networkOf(options, inputChannels(options));
  const folding = trace(learned, (nodes) => ({ ...foldedNodes(options, nodes) }));
  const folded = Object.entries(evaluateGraph(folding, correction.parameters)).map(
    ([name, value]) => [name, cast(value, "float32")] as const,
  );
  const graph = convGraph(options, parameterInputs(network), (nodes, x) => network.apply(nodes, x));
  return { ...correction, graph, parameters: { ...correction.parameters, ...Object.fromEntries(folded) } };
}

/** g as a graph: inputs on top of each other, then `body`. */
function convGraph(
  options: ConvNetworkOptions,
  parameters: Record<string, InputSpec>,
  body: (nodes: NamedNodes, x: Node) => Node,
): Graph {
  const specs = Object.fromEntries(
    Object.entries(options.shapes).map(([name, shape]) => [name, { shape: ["batch", ...shape] }] as const),
  );
  return trace<string>({ ...specs, ...parameters }, (nodes) => {
    const parts = Object.keys(options.shapes).map((name) => asImage(nodes[name] as Node, options.size));
    if (hasOnes(options)) parts.push(ones(parts[0] as Node));
    return { g: body(nodes, concat(parts, 1)) };
  });
}

/** [batch, c, h, w] as it is; one number a channel, [batch], [batch, c] or [batch, c, 1, 1], repeated over the image. */
export function asImage(x: Node, [height, width]: readonly [number, number]): Node {
  const [batch = 1, channels = 1] = x.shape;
  const image = x.shape.length <= 2 ? reshape(x, [batch, channels, 1, 1]) : x;
  return expand(image, [batch, channels, height, width], image);
}

function ones(like: Node): Node {
  const [batch = 1, , ...size] = like.shape;
  return expand(reshape(constant(1, like.dtype), [1, 1, 1, 1]), [batch, 1, ...size], like);
}

const hasOnes = ({ kernels }: ConvNetworkOptions): boolean => (kernels[0] ?? 1) > 1;
const channelsOf = ({ shapes }: ConvNetworkOptions): number =>
  Object.values(shapes).reduce((total, [channels = 1]) => total + channels, 0);
const inputChannels = (options: ConvNetworkOptions): number =>
  channelsOf(options) + (hasOnes(options) ? 1 : 0);

const networkOf = (options: ConvNetworkOptions, channels: number): Module =>
  convLayers(options, channels, options.scale.length);

/**
 * Convolutions with zero padding and activations between; the last one starts at zero.
 * @throws INVALID_ARGUMENT for kernels that do not fit.
 */
export function convLayers(
  { hidden, kernels, activation }: Pick<ConvNetworkOptions, "hidden" | "kernels" | "activation">,
  channels: number,
  outputs: number,
): Module {
  requireKernels({ hidden, kernels });
  const widths = [channels, ...hidden, outputs];
  const layers = kernels.flatMap((kernel, i) => {
    const layer = conv2d(widths[i] ?? 1, widths[i + 1] ?? 1, kernel, { padding: "same" });
    return i < hidden.length ? [layer, between(activation, hidden[i] ?? 1)] : [zeroed(layer)];
  });
  return sequential(layers);
}

function between(activation: ConvActivation, channels: number): Module {
  if (activation === "prelu") return prelu();
  return activation === "channel-prelu" ? prelu(channels) : activationNamed(activation);
}

/** The weights that act on raw inputs, out of those that act on standardized ones: first and last layer. */
function foldedNodes(options: ConvNetworkOptions, nodes: NamedNodes): NamedNodes {
  const inputs = foldedInputs(options, nodes);
  const { weight, bias } = edgeParameters(options).last;
  const scale = [...options.scale];
  return {
    ...inputs,
    [weight]: mul(
      (inputs[weight] ?? nodes[weight]) as Node,
      constant(fromNumbers(scale, [scale.length, 1, 1, 1])),
    ),
    [bias]: mul((inputs[bias] ?? nodes[bias]) as Node, constant(fromNumbers(scale, [scale.length]))),
  };
}

/**
 * The first layer with every channel's mean and deviation inside. A channel further than `FARTHEST_MEAN` deviations from
 * zero is standardized by that part of its mean.
 */
function foldedInputs(options: ConvNetworkOptions, nodes: NamedNodes): NamedNodes {
  const columns = Object.keys(options.shapes).map((name) => options.statistics[name]);
  const mean = columns.flatMap((column) => [...(column?.mean ?? [])]);
  const deviation = columns.flatMap((column) => [...(column?.deviation ?? [])]);
  const gain = mean.map((center, i) => {
    const spread = deviation[i] ?? 0;
    return spread > 0 ? 1 / Math.max(spread, Math.abs(center) / FARTHEST_MEAN) : 1;
  });
  const channelwise = (values: readonly number[]): Node =>
    constant(fromNumbers(values, [1, values.length, 1, 1]));
  const { weight, bias } = edgeParameters(options).first;
  const scaled = mul(nodes[weight] as Node, channelwise(gain));
  const shift = reduceSum(mul(scaled, channelwise(mean)), 1, true);
  return hasOnes(options)
    ? { [weight]: concat([scaled, mul(shift, -1)], 1) }
    : { [weight]: scaled, [bias]: sub(nodes[bias] as Node, reshape(shift, [shift.shape[0] ?? 1])) };
}

/** @throws INVALID_ARGUMENT unless there is one odd kernel a layer. */
export function requireKernels({ hidden, kernels }: Pick<ConvNetworkOptions, "hidden" | "kernels">): void {
  const fits =
    kernels.length === hidden.length + 1 &&
    kernels.every((kernel) => Number.isInteger(kernel) && kernel >= 1 && kernel % 2 === 1);
  if (fits) return;
  throw fail("INVALID_ARGUMENT", {
    what: "kernels",
    expected: `${hidden.length + 1} odd sides: one for each of ${hidden.length} hidden layers and the last`,
    received: kernels.join(", ") || "none",
  });
}
