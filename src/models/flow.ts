import type { Standardisation } from "../data/index.js";
import { concatColumns, type InputSpec, type NamedNodes, type Node, trace } from "../graph/index.js";
import { type ActivationName, initialize, mlp, parameterInputs } from "../nn/index.js";
import { type Field, makeField, type Span } from "../ode/index.js";
import type { Random } from "../tensor/index.js";
import type { BaseDistribution } from "./base-distribution.js";

/**
 * A continuous normalizing flow: dz/ds = f(s, z) carries the base distribution at span[0] to the standardised data at
 * span[1]. Reference: W. Grathwohl et al., FFJORD, ICLR 2019.
 */
export interface Flow {
  /** State [batch, d]. */
  readonly field: Field;
  readonly base: BaseDistribution;
  /** Base at the first, data at the second. */
  readonly span: Span;
  /** Between data and the coordinates that the field lives in. */
  readonly standardisation: Standardisation;
}

/** A fully connected vector field. */
export interface FlowFieldOptions {
  /** d. */
  readonly dimension: number;
  /** Widths of the hidden layers. Default three of 128, the paper's. */
  readonly hidden?: readonly number[];
  /** Default tanh. */
  readonly activation?: ActivationName;
  /** Whether f sees s, as one more column beside z. Default true. */
  readonly depth?: boolean;
}

/**
 * A new vector field f(s, z) on [batch, d]: an MLP with PyTorch's first values. Its depth may differ from sample to
 * sample, as flow matching needs it.
 */
export function flowField(options: FlowFieldOptions, random: Random): Field {
  const { dimension, hidden = [128, 128, 128], activation = "tanh", depth = true } = options;
  const network = mlp({ sizes: [dimension + (depth ? 1 : 0), ...hidden, dimension], activation });
  const specs: Record<string, InputSpec> = {
    z: { shape: ["batch", dimension] },
    ...(depth && { s: { shape: ["batch", 1] } }),
    ...parameterInputs(network),
  };
  const graph = trace(specs, (inputs: NamedNodes) => {
    const z = inputs.z as Node;
    const x = inputs.s === undefined ? z : concatColumns([z, inputs.s]);
    return { dz: network.apply(inputs, x) };
  });
  const roles = { state: "z", depth: depth ? "s" : undefined, controls: [], output: "dz" };
  return makeField(graph, roles, initialize(network, random));
}

/** d of a flow. */
export const dimensionOf = ({ standardisation }: Flow): number => standardisation.shift.length;
