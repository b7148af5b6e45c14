import {
  add,
  constant,
  evaluateGraph,
  type Graph,
  type InputSpec,
  matmul,
  mul,
  type NamedNodes,
  type Node,
  reshape,
  sub,
  trace,
} from "../../graph/index.js";
import { initialize, type Module, mlp, parameterInputs, prelu } from "../../nn/index.js";
import { affine } from "../../nn/internal.js";
import { cast, fromNumbers, type Random, type Tensor, tensor } from "../../tensor/index.js";
import type { CorrectionNetwork } from "./correction.js";
import type { CorrectionInput, HiddenActivation } from "./names.js";
import { edgeParameters } from "./network.js";
import { asAnswer, laidOut, layoutInputs, type RowLayout, sideBySide } from "./row-layout.js";
import type { Whitening } from "./whitening.js";

export interface WhitenedOptions {
  readonly inputs: readonly CorrectionInput[];
  readonly features?: readonly string[];
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  readonly activation: HiddenActivation;
  /** How inputs and answer lie. */
  readonly layout: RowLayout;
  /** Of all these columns side by side. */
  readonly whitening: Whitening;
  /** Size of every column of the result. */
  readonly scale: Float64Array;
  /** Whether there is a matrix beside the layers. Default true. */
  readonly matrix?: boolean | undefined;
}

const LINEAR = "linear.weight";

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
  const network = networkOf(options);
  const graph = networkGraph(options, (nodes) => ({ ...nodes, ...foldedNodes(options, nodes) }));
  const linear = hasMatrix(options) ? { [LINEAR]: zeroMatrix(options) } : {};
  return { inputs, features, graph, parameters: { ...initialize(network, random), ...linear } };
}

/** The same network with P, μ and σ inside its weights: it runs at the cost of its layers alone. */
export function withFoldedWhitening(options: WhitenedOptions, network: CorrectionNetwork): CorrectionNetwork {
  const folding = trace(parametersOf(options), (nodes) => ({ ...foldedNodes(options, nodes) }));
  const folded = Object.entries(evaluateGraph(folding, network.parameters)).map(
    ([name, value]) => [name, cast(value, "float32")] as const,
  );
  const parameters = { ...network.parameters, ...Object.fromEntries(folded) };
  return { ...network, graph: networkGraph(options, (nodes) => nodes), parameters };
}

function networkGraph(options: WhitenedOptions, weights: (nodes: NamedNodes) => NamedNodes): Graph {
  const { layout } = options;
  return trace({ ...layoutInputs(layout), ...parametersOf(options) }, (nodes: NamedNodes) => {
    const x = sideBySide(laidOut(layout, nodes));
    const own = weights(nodes);
    const layers = networkOf(options).apply(own, x);
    const linear = own[LINEAR];
    const g = linear === undefined ? layers : add(affine(x, linear, undefined), layers);
    return { g: asAnswer(layout, g) };
  });
}

function networkOf({ hidden, activation, scale, ...options }: WhitenedOptions): Module {
  const between = activation === "prelu" ? prelu() : activation;
  const sizes = [options.whitening.mean.length, ...hidden, scale.length];
  return mlp({ sizes, activation: between, zeroOutput: true });
}

const parametersOf = (options: WhitenedOptions): Record<string, InputSpec> => ({
  ...parameterInputs(networkOf(options)),
  ...(hasMatrix(options) ? { [LINEAR]: { shape: matrixShape(options) } } : {}),
});

const hasMatrix = ({ matrix = true }: WhitenedOptions): boolean => matrix;

const widthOf = ({ whitening }: WhitenedOptions): number => whitening.mean.length;
const matrixShape = (options: WhitenedOptions): number[] => [options.scale.length, widthOf(options)];
const zeroMatrix = (options: WhitenedOptions): Tensor =>
  fromNumbers(new Float64Array(widthOf(options) * options.scale.length), matrixShape(options));

/** The weights that act on raw inputs, out of those that act on whitened ones: the matrix, the first and the last layer. */
function foldedNodes(options: WhitenedOptions, nodes: NamedNodes): NamedNodes {
  const { scale, whitening } = options;
  const width = widthOf(options);
  const P = constant(cast(tensor("float64", [width, width], whitening.matrix), "float32"));
  const mu = constant(fromNumbers([...whitening.mean], [width, 1]));
  const [sizes, sizesDown] = [[scale.length], [scale.length, 1]].map((shape) =>
    constant(fromNumbers([...scale], shape)),
  ) as [Node, Node];
  const { first, last } = edgeParameters(options);
  const weight = matmul(nodes[first.weight] as Node, P);
  const bias = sub(nodes[first.bias] as Node, flat(matmul(weight, mu)));
  const folded: NamedNodes = { ...nodes, [first.weight]: weight, [first.bias]: bias };
  const lastBias = mul(folded[last.bias] as Node, sizes);
  const layers = {
    [first.weight]: weight,
    [first.bias]: bias,
    [last.weight]: mul(folded[last.weight] as Node, sizesDown),
  };
  const linear = nodes[LINEAR];
  if (linear === undefined) return { ...layers, [last.bias]: lastBias };
  const straight = mul(matmul(linear, P), sizesDown);
  return { ...layers, [last.bias]: sub(lastBias, flat(matmul(straight, mu))), [LINEAR]: straight };
}

const flat = (column: Node): Node => reshape(column, [Number(column.shape[0] ?? 1)]);
