import {
  add,
  constant,
  cos,
  div,
  evaluateGraph,
  exp,
  mul,
  type Node,
  neg,
  sin,
  sub,
  trace,
} from "../../graph/index.js";
import type { Field } from "../../ode/index.js";
import { makeField } from "../../ode/internal.js";
import { type Random, type Tensor, tensor } from "../../tensor/index.js";

/** A nonlinear field that depends on s, with its flow in closed form. */
export interface ExactFlow {
  readonly field: Field;
  /** The state at s + ε of the solution through z at s. */
  flow(at: { readonly s: Node; readonly z: Node; readonly epsilon: Node }): Node;
}

/**
 * Logistic growth with a rate that swings: dz/ds = a cos(s + φ) z (1 − z) by component, whose solutions have
 * z/(1 − z) ∝ exp(a sin(s + φ)). float64.
 * @param dimension components, each with rate a in [1, 2] and phase φ of its own.
 */
export function swingingLogistic(dimension: number, random: Random): ExactFlow {
  const row = (name: string, low: number, high: number): Tensor =>
    statesBetween(low, high, [1, dimension], random.fork(name));
  const [rate, phase] = [row("rate", 1, 2), row("phase", 0, 2 * Math.PI)];
  const swing = (of: typeof sin, s: Node): Node => mul(constant(rate), of(add(s, constant(phase))));
  const dtype = "float64";
  const graph = trace({ s: { shape: [], dtype }, z: { shape: ["batch", dimension], dtype } }, ({ s, z }) => ({
    dz: mul(swing(cos, s), mul(z, sub(1, z))),
  }));
  return {
    field: makeField(graph, { state: "z", depth: "s", controls: [], output: "dz" }, {}),
    flow: ({ s, z, epsilon }) => {
      const grown = exp(neg(sub(swing(sin, add(s, epsilon)), swing(sin, s))));
      return div(z, add(z, mul(sub(1, z), grown)));
    },
  };
}

/** Uniform draws, float64. */
export function statesBetween(
  low: number,
  high: number,
  [count, dimension]: readonly [number, number],
  random: Random,
): Tensor {
  const values = Float64Array.from(
    { length: count * dimension },
    () => low + (high - low) * random.uniform(),
  );
  return tensor("float64", [count, dimension], values);
}

/** Where the solutions through z at s are at s + ε, by the reference interpreter. @param z [n, d]. */
export function exactEnds({ flow }: ExactFlow, z: Tensor, s: number, epsilon: number): Tensor {
  const at = { s: constant(s, "float64"), epsilon: constant(epsilon, "float64") };
  const graph = trace({ z }, (inputs) => ({ end: flow({ ...at, z: inputs.z }) }));
  return evaluateGraph(graph, { z }).end as Tensor;
}
