import type { Standardization } from "../../data/index.js";
import {
  concatColumns,
  type InputSpec,
  mul,
  type NamedNodes,
  type Node,
  tanh,
  trace,
} from "../../graph/index.js";
import { initialize, mlp, parameterInputs } from "../../nn/index.js";
import type { Field, Span } from "../../ode/index.js";
import { makeField } from "../../ode/internal.js";
import { completeSpec } from "../../spec/index.js";
import { fromNumbers, type Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import { depthInput } from "../depth-input.js";
import type { BaseDistribution } from "./base-distribution.js";
import { type FlowNetwork, flowNetworkTable } from "./flow-table.js";

/**
 * A continuous normalizing flow: dz/ds = f(s, z) carries the base distribution at span[0] to the standardized data at
 * span[1]. Reference: W. Grathwohl et al., FFJORD, ICLR 2019.
 */
export interface Flow {
  /** State [batch, d]. */
  readonly field: Field;
  readonly base: BaseDistribution;
  /** Base at the first, data at the second. */
  readonly span: Span;
  /** Between data and the coordinates that the field lives in. */
  readonly standardization: Standardization;
}

/** The default `maxSpeed`: how many standard deviations a flow carries a base draw at most, in every column. */
export const MAX_SPEED: number = flowNetworkTable.maxSpeed.default;

/** A fully connected vector field: `flowNetworkTable` has the options. */
export interface FlowFieldOptions extends FlowNetwork {
  /** d. */
  readonly dimension: number;
}

/**
 * A new vector field f(s, z) on [batch, d]: an MLP with PyTorch's first values but for the first layer's gain, between
 * two bounds. Its depth may differ from sample to sample, as flow matching needs it.
 */
export function flowField(options: FlowFieldOptions, random: Random): Field {
  const { dimension, ...said } = options;
  const { hidden, activation, inputBound, maxSpeed, inputGain, timeDependent } = completeSpec(
    flowNetworkTable,
    said,
  );
  const network = mlp({ sizes: [dimension + (timeDependent ? 1 : 0), ...hidden, dimension], activation });
  const specs: Record<string, InputSpec> = {
    z: { shape: ["batch", dimension] },
    ...depthInput(timeDependent),
    ...parameterInputs(network),
  };
  const graph = trace(specs, (inputs: NamedNodes) => {
    const z = bounded(inputs.z as Node, inputBound);
    const x = inputs.s === undefined ? z : concatColumns([z, inputs.s]);
    return { dz: bounded(network.apply(inputs, x), maxSpeed) };
  });
  const roles = { state: "z", depth: timeDependent ? "s" : undefined, controls: [], output: "dz" };
  const first = initialize(network, random);
  const parameters = Object.fromEntries(
    Object.entries(first).map(([name, value]) => [
      name,
      name.startsWith("0.") ? scaled(value, inputGain) : value,
    ]),
  );
  return makeField(graph, roles, parameters);
}

const scaled = (value: Tensor, factor: number): Tensor =>
  fromNumbers(
    toFloat64(value).map((x) => x * factor),
    value.shape,
  );

/** x where it is small, never beyond ± limit. */
const bounded = (x: Node, limit: number | null): Node =>
  limit === null ? x : mul(tanh(mul(x, 1 / limit)), limit);

/** d of a flow. */
export const dimensionOf = ({ standardization }: Flow): number => standardization.shift.length;
