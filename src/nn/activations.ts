import * as graph from "../graph/index.js";
import { fail } from "../tensor/index.js";
import type { ActivationName } from "./activation-names.js";
import type { Module } from "./module.js";

/** A module without parameters from a function of one node. */
export const functional = (apply: (x: graph.Node) => graph.Node): Module => ({
  parameters: {},
  apply: (_parameters, x) => apply(x),
});

/** x. */
export const identity: Module = functional((x) => x);
/** Hyperbolic tangent. */
export const tanh: Module = functional(graph.tanh);
/** max(x, 0). */
export const relu: Module = functional(graph.relu);
/** 1/(1 + e^(−x)). */
export const sigmoid: Module = functional(graph.sigmoid);
/** ln(1 + eˣ). */
export const softplus: Module = functional(graph.softplus);
/** x σ(x) (Elfwing et al., 2018). */
export const silu: Module = functional(graph.silu);
/** x Φ(x), exact (Hendrycks and Gimpel, 2016). */
export const gelu: Module = functional(graph.gelu);
/** x where x > 0, else eˣ − 1 (Clevert et al., 2015). */
export const elu: Module = functional((x) => graph.elu(x));

/** Activations without parameters, by the names that options and the command line use. */
export const activations: Readonly<Record<ActivationName, Module>> = {
  identity,
  tanh,
  relu,
  sigmoid,
  softplus,
  silu,
  gelu,
  elu,
};

/** Narrows text to the name of an activation. */
const isActivationName = (name: string): name is ActivationName => Object.hasOwn(activations, name);

/**
 * Looks an activation up.
 * @throws INVALID_ARGUMENT listing the known names.
 */
export function activationNamed(name: string): Module {
  if (isActivationName(name)) return activations[name];
  throw fail("INVALID_ARGUMENT", {
    what: "activation",
    expected: Object.keys(activations).join(", "),
    received: `"${name}"`,
  });
}
