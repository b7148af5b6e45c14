import type { Standardisation } from "../../data/index.js";
import {
  concatColumns,
  type InputSpec,
  mul,
  type NamedNodes,
  type Node,
  tanh,
  trace,
} from "../../graph/index.js";
import { type ActivationName, initialize, mlp, parameterInputs } from "../../nn/index.js";
import type { Field, Span } from "../../ode/index.js";
import { makeField } from "../../ode/internal.js";
import { fromNumbers, type Random, type Tensor, toFloat64 } from "../../tensor/index.js";
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

/** The default `maxSpeed`: how many standard deviations a flow carries a base draw at most, in every column. */
export const MAX_SPEED = 12;

/** A fully connected vector field. */
export interface FlowFieldOptions {
  /** d. */
  readonly dimension: number;
  /** Widths of the hidden layers. Default three of 128, the paper's. */
  readonly hidden?: readonly number[];
  /** Default tanh. */
  readonly activation?: ActivationName;
  /**
   * The network sees z as r tanh(z/r): hardly changed where base and data are, and bounded. Rare draws from the base's
   * tails, which training hardly sees, then do not run away and make every solve that holds one stiff. Standardised
   * units; default 4. Infinity: z as it is.
   */
  readonly inputBound?: number;
  /**
   * No component of f is faster: f = v tanh(network/v). Off the paths that training knows a network of large weights can
   * be a thousand times faster than anywhere on them; data farther than that from every base draw are out of reach.
   * Standardised units over the span; default `MAX_SPEED`. Infinity: no limit.
   */
  readonly maxSpeed?: number;
  /**
   * Factor on the first layer's first values, PyTorch's U(±1/√inputs): the higher, the finer the structure that is
   * learned early. Default 3.
   */
  readonly inputGain?: number;
  /** Whether f sees s, as one more column beside z. Default true. */
  readonly timeDependent?: boolean;
}

/**
 * A new vector field f(s, z) on [batch, d]: an MLP with PyTorch's first values but for the first layer's gain, between
 * two bounds. Its depth may differ from sample to sample, as flow matching needs it.
 */
export function flowField(options: FlowFieldOptions, random: Random): Field {
  const {
    dimension,
    hidden = [128, 128, 128],
    activation = "tanh",
    inputBound = 4,
    maxSpeed = MAX_SPEED,
    inputGain = 3,
    timeDependent = true,
  } = options;
  const network = mlp({ sizes: [dimension + (timeDependent ? 1 : 0), ...hidden, dimension], activation });
  const specs: Record<string, InputSpec> = {
    z: { shape: ["batch", dimension] },
    ...(timeDependent && { s: { shape: ["batch", 1] } }),
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
const bounded = (x: Node, limit: number): Node =>
  limit === Number.POSITIVE_INFINITY ? x : mul(tanh(mul(x, 1 / limit)), limit);

/** d of a flow. */
export const dimensionOf = ({ standardisation }: Flow): number => standardisation.shift.length;
