import {
  concatColumns,
  constant,
  type InputSpec,
  mul,
  type NamedNodes,
  type Node,
  sub,
  trace,
} from "../graph/index.js";
import { type ActivationName, initialize, mlp, parameterInputs, prelu } from "../nn/index.js";
import type { ButcherTableau } from "../ode/index.js";
import { fail, formatShape, fromNumbers, type Random, type Tensor } from "../tensor/index.js";
import type { Correction, CorrectionInput } from "./correction.js";

/** Centre and spread of every column of one input, from the training data. */
export interface ColumnStatistics {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** PReLU has a weight of its own in every layer; the others are functions. */
export type HiddenActivation = ActivationName | "prelu";

export interface NetworkOptions {
  readonly base: ButcherTableau;
  readonly inputs: readonly CorrectionInput[];
  readonly features?: readonly string[];
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  readonly activation: HiddenActivation;
  /** Training values of the correction's inputs, [rows, columns] by name, in order. */
  readonly statistics: Readonly<Record<string, ColumnStatistics>>;
  /** Root mean square of each column of the residual: g is this times the network. */
  readonly scale: Float64Array;
}

/**
 * A correction for vector states: an MLP over the declared inputs side by side, each column standardised with
 * the training data's statistics, the result scaled to the residual's size. Its last layer starts at zero, so that
 * an untrained hypersolver is its base.
 */
export function mlpCorrection(options: NetworkOptions, random: Random): Correction {
  const { base, inputs, features = [], hidden, activation, statistics, scale } = options;
  const widths = Object.values(statistics).map(({ mean }) => mean.length);
  const width = widths.reduce((total, size) => total + size, 0);
  const between = activation === "prelu" ? prelu() : activation;
  const network = mlp({ sizes: [width, ...hidden, scale.length], activation: between, zeroOutput: true });
  const columns: Record<string, InputSpec> = Object.fromEntries(
    Object.entries(statistics).map(([name, { mean }]) => [name, { shape: ["batch", mean.length] }]),
  );
  const graph = trace({ ...columns, ...parameterInputs(network) }, (nodes: NamedNodes) => {
    const parts = Object.entries(statistics).map(([name, column]) =>
      standardised(nodes[name] as Node, column),
    );
    return { g: mul(network.apply(nodes, concatColumns(parts)), row(scale)) };
  });
  return { base, inputs, features, graph, parameters: initialize(network, random) };
}

function standardised(x: Node, { mean, deviation }: ColumnStatistics): Node {
  return mul(sub(x, row(mean)), row(deviation.map((value) => (value > 0 ? 1 / value : 1))));
}

const row = (values: Float64Array): Node => constant(fromNumbers(values, [values.length], "float32"));

/**
 * Column statistics of a [rows, columns] tensor.
 * @throws SHAPE_MISMATCH for states that are not vectors.
 */
export function columnStatistics(value: Tensor): ColumnStatistics {
  const [rows = 0, columns = 0] = value.shape;
  if (value.shape.length !== 2) {
    throw fail("SHAPE_MISMATCH", {
      what: "mlp correction",
      expected: "vector states [batch, n]",
      received: formatShape(value.shape),
    });
  }
  const mean = new Float64Array(columns);
  const square = new Float64Array(columns);
  for (let i = 0; i < value.data.length; i++) {
    const x = Number(value.data[i]);
    const column = i % columns;
    mean[column] = (mean[column] ?? 0) + x / rows;
    square[column] = (square[column] ?? 0) + (x * x) / rows;
  }
  // A column that varies by less than its own rounding carries nothing: deviation 0.
  const deviation = square.map((value2, column) => {
    const centre = mean[column] ?? 0;
    const variance = value2 - centre * centre;
    return variance > 1e-10 * Math.max(value2, 1e-30) ? Math.sqrt(variance) : 0;
  });
  return { mean, deviation };
}
