import { add, constant, cos, div, type InputSpec, mul, type Node, sub, trace } from "../../graph/index.js";
import type { Correction } from "../../hypersolver/index.js";
import { integerPower } from "../../hypersolver/internal.js";
import type { ButcherTableau } from "../../ode/index.js";
import { graphAlgebra, stateType } from "../../ode/internal.js";
import { type Random, tensor } from "../../tensor/index.js";
import type { ExactFlow } from "./logistic-flow.js";

/** Deviation of the noise's frequencies: many waves over the states, so that its mean over them is that of a wave. */
const FREQUENCY = 100;

/**
 * A g that is off by a chosen share: R · (1 + δ √2 cos(ω z + θ)) with the exact residual
 * R = (z(s + ε) − z − ε ψ)/ε^(p+1). A fast cosine of the state is a noise that every evaluation repeats; its mean square is
 * δ².
 * @param random where ω and θ of every component come from.
 */
export function noisyCorrection(
  base: ButcherTableau,
  { field, flow }: ExactFlow,
  delta: number,
  random: Random,
): Correction {
  const state: InputSpec = stateType(field);
  const column: InputSpec = { ...state, shape: ["batch", 1] };
  const row = (draw: () => number): Node => {
    const values = Float64Array.from({ length: Number(state.shape[1]) }, draw);
    return constant(tensor("float64", [1, values.length], values));
  };
  const [omega, theta] = [row(() => FREQUENCY * random.normal()), row(() => 2 * Math.PI * random.uniform())];
  const stages = Object.fromEntries(base.b.map((_, i) => [`k${i}`, state]));
  const graph = trace({ z: state, ...stages, epsilon: column, s: column }, ({ z, epsilon, s, ...k }) => {
    const psi = graphAlgebra.increment(epsilon, base.b, Object.values(k));
    const residual = div(sub(sub(flow({ s, z, epsilon }), z), psi), integerPower(epsilon, base.order + 1));
    const noise = mul(cos(add(mul(z, omega), theta)), Math.SQRT2 * delta);
    return { g: mul(residual, add(1, noise)) };
  });
  return { base, inputs: ["z", "stages", "epsilon", "s"], features: [], graph, parameters: {} };
}
