import { add, concat, gemm, type Node, tanh } from "../../src/graph/index.js";
import { defineField, type Field, fieldAs } from "../../src/ode/index.js";
import { perSample } from "../../src/ode/internal.js";
import { cast, type FloatDType, type Tensor } from "../../src/tensor/index.js";
import { readOracle } from "./oracle.js";

const layers = ["0", "2", "4"] as const;

/** The field of the solver oracles, f(s, z) = W3 tanh(W2 tanh(W1 [z, s] + b1) + b2) + b3; parameters "0.weight" … */
export function oracleField(dtype: FloatDType): Field {
  const parameters = readOracle("odeint_field").group("field.");
  const field = defineField(["batch", 3], (s, z, rest) => oracleMlp(concat([z, perSample(s, z)], 1), rest), {
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, value]): [string, Tensor] => [name, cast(value, "float32")]),
    ),
  });
  if (dtype === "float32") return field;
  // The weights are float64 in the file: not rounded through float32.
  return { ...fieldAs(field, dtype), parameters };
}

/** The network itself, on [batch, 4]. */
export function oracleMlp(x: Node, parameters: Readonly<Record<string, Node>>): Node {
  return layers.reduce((y, layer, i) => {
    const z = gemm(y, parameters[`${layer}.weight`] as Node, undefined, { transposeB: true });
    const shifted = add(z, parameters[`${layer}.bias`] as Node);
    return i === layers.length - 1 ? shifted : tanh(shifted);
  }, x);
}

/**
 * Relative rounding of a gradient in float32: √n u for n operations in a row, there and back. An evaluation is three
 * products, over 4, 16 and 16 numbers, with a bias and a tanh each.
 * Reference: N. J. Higham, T. Mary, A new approach to probabilistic rounding error analysis, SIAM J. Sci. Comput. 41
 *   (2019).
 */
export const float32GradientRounding = (evaluations: number): number =>
  Math.sqrt(2 * evaluations * (4 + 16 + 16 + 3 * 2)) * 2 ** -24;
