import { add, constant, cos, div, type InputSpec, mul, type Node, sub, trace } from "../../graph/index.js";
import { type Correction, integerPower } from "../../hypersolver/index.js";
import { type ButcherTableau, graphAlgebra } from "../../ode/index.js";
import type { Tensor } from "../../tensor/index.js";
import type { ExactFlow } from "./logistic-flow.js";

/**
 * A g that is off by a chosen share: R · (1 + δ √2 cos(ω z + θ)) with the exact residual
 * R = (z(s + ε) − z − ε ψ)/ε^(p+1). A fast cosine of the state is a noise that any evaluation repeats; its mean square is δ².
 * @param omega frequencies, [1, d]. @param theta phases, [1, d].
 */
export function noisyCorrection(
  base: ButcherTableau,
  { field, flow }: ExactFlow,
  { delta, omega, theta }: { readonly delta: number; readonly omega: Tensor; readonly theta: Tensor },
): Correction {
  const dtype = "float64";
  const { shape } = field.graph.inputs.z as Node;
  const state: InputSpec = { shape, dtype };
  const column: InputSpec = { shape: ["batch", 1], dtype };
  const stages = Object.fromEntries(base.b.map((_, i) => [`k${i}`, state]));
  const graph = trace({ z: state, ...stages, epsilon: column, s: column }, ({ z, epsilon, s, ...k }) => {
    const psi = graphAlgebra.increment(epsilon, base.b, Object.values(k) as Node[]);
    const residual = div(sub(sub(flow({ s, z, epsilon }), z), psi), integerPower(epsilon, base.order + 1));
    const noise = mul(cos(add(mul(z, constant(omega)), constant(theta))), Math.SQRT2 * delta);
    return { g: mul(residual, add(1, noise)) };
  });
  return { base, inputs: ["z", "stages", "epsilon", "s"], features: [], graph, parameters: {} };
}
