import { fail } from "../tensor/index.js";
import type { ActivationName } from "./activation-names.js";
import { activationNamed } from "./activations.js";
import { linear } from "./linear.js";
import type { Module } from "./module.js";
import { sequential } from "./sequential.js";
import { zeroed } from "./zeroed.js";

/** Sizes of a perceptron, and what lies between its layers. */
export interface MlpOptions {
  /** Features of input, hidden layers and output: `[2, 64, 64, 2]`. */
  readonly sizes: readonly number[];
  /** Between the layers, not behind the last. A module (such as `prelu()`) is used with its own parameters. Default `silu`. */
  readonly activation?: ActivationName | Module;
  /** Starts the last layer at zero, so that the network starts as the zero function. Default false. */
  readonly zeroOutput?: boolean;
}

/**
 * Linear layers with activations between: x [..., sizes[0]] -> [..., sizes.at(-1)]. Parameters are named as in
 * PyTorch's `nn.Sequential(Linear, Activation, Linear, …)`: `"0.weight"`, `"0.bias"`, `"2.weight"`, …
 * @throws INVALID_ARGUMENT when there are fewer than two sizes or one is not a positive integer.
 */
export function mlp({ sizes, activation = "silu", zeroOutput = false }: MlpOptions): Module {
  if (sizes.length < 2 || sizes.some((size) => !Number.isInteger(size) || size < 1)) {
    throw fail("INVALID_ARGUMENT", {
      what: "mlp: sizes",
      expected: "at least two positive integers",
      received: sizes.join(", ") || "none",
    });
  }
  const between = typeof activation === "string" ? activationNamed(activation) : activation;
  const last = sizes.length - 2;
  const layers = sizes.slice(0, -1).flatMap((inFeatures, i) => {
    const layer = linear(inFeatures, sizes[i + 1] ?? 0);
    if (i < last) return [layer, between];
    return [zeroOutput ? zeroed(layer) : layer];
  });
  return sequential(layers);
}
