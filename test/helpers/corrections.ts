import {
  constant,
  div,
  type Graph,
  type InputSpec,
  mul,
  type NamedNodes,
  type Node,
  sub,
  trace,
} from "../../src/graph/index.js";
import { integerPower } from "../../src/hypersolver/correction/hyper-scheme.js";
import { mlpCorrection } from "../../src/hypersolver/correction/network.js";
import type { Correction } from "../../src/hypersolver/index.js";
import type { CorrectionInput } from "../../src/hypersolver/internal.js";
import {
  alpha,
  type ButcherTableau,
  dopri5,
  euler,
  heun,
  heun3,
  midpoint,
  ralston,
  rk4,
} from "../../src/ode/index.js";
import { graphAlgebra, withoutErrorControl } from "../../src/ode/internal.js";
import { type FloatDType, Random } from "../../src/tensor/index.js";
import type { ClosedForm } from "./closed-form.js";

/** Every base that the laws are tried on. */
export const bases: readonly ButcherTableau[] = [
  euler,
  midpoint,
  heun,
  ralston,
  alpha(0.3),
  heun3,
  rk4,
  dopri5,
];

/** What a hand-made correction is given, beside z, epsilon, s and so on: one stage a step of the base. */
export interface HandMadeOptions {
  readonly dtype?: FloatDType;
  readonly features?: readonly string[];
  readonly controls?: readonly string[];
  /** Columns of states and features. Default 2. */
  readonly columns?: number;
}

/** A correction without parameters for states and features [batch, columns]; controls are [batch, 1]. */
export function handMade(
  base: ButcherTableau,
  inputs: readonly CorrectionInput[],
  g: (nodes: NamedNodes) => Node,
  { dtype = "float64", features = [], controls = [], columns = 2 }: HandMadeOptions = {},
): Correction {
  const state: InputSpec = { shape: ["batch", columns], dtype };
  const column: InputSpec = { shape: ["batch", 1], dtype };
  const stages = Array.from({ length: withoutErrorControl(base).stages }, (_, i) => `k${i}`);
  const names: Readonly<Record<CorrectionInput, readonly (readonly [string, InputSpec])[]>> = {
    z: [["z", state]],
    stages: stages.map((name) => [name, state]),
    epsilon: [["epsilon", column]],
    s: [["s", column]],
    x: controls.map((name) => [`x ${name}`, column]),
    z0: [["z0", state]],
    features: features.map((name) => [`feature ${name}`, state]),
  };
  const specs: Record<string, InputSpec> = Object.fromEntries(inputs.flatMap((input) => names[input]));
  const graph: Graph = trace(specs, (nodes) => ({ g: g(nodes) }));
  return { base, inputs, features, graph, parameters: {} };
}

/** g = 0 whatever it sees. */
export const zeroCorrection = (
  base: ButcherTableau,
  dtype: FloatDType = "float64",
  columns = 2,
): Correction => handMade(base, ["z"], ({ z }) => mul(node(z), 0), { dtype, columns });

/**
 * `factor` times the exact residual (Φ(z) − z − ε ψ)/ε^(p+1), from the flow in closed form: with 1 a perfect
 * correction, with 1 + δ one of relative error δ.
 */
export function exactCorrection(
  base: ButcherTableau,
  { flow, controlled }: ClosedForm,
  { factor = 1, dtype = "float64" }: { readonly factor?: number; readonly dtype?: FloatDType } = {},
): Correction {
  const method = withoutErrorControl(base);
  const inputs: CorrectionInput[] = ["z", "stages", "epsilon", "s", ...(controlled ? (["x"] as const) : [])];
  const g = (nodes: NamedNodes): Node => {
    const [z, s, epsilon] = [node(nodes.z), node(nodes.s), node(nodes.epsilon)];
    const stages = method.b.map((_, i) => node(nodes[`k${i}`]));
    const increment = graphAlgebra.increment(epsilon, method.b, stages);
    const residual = sub(sub(flow({ z, s, epsilon, x: nodes["x x"] }), z), increment);
    return mul(div(residual, integerPower(epsilon, base.order + 1)), constant(factor, dtype));
  };
  return handMade(base, inputs, g, { dtype, controls: controlled ? ["x"] : [] });
}

/** A node that must be there. */
export function node(value: Node | undefined): Node {
  if (value === undefined) throw new Error("the correction was not given this input");
  return value;
}

/** A small network for states of two columns over Heun's method, of first weights. */
export function smallCorrection(): Correction {
  const column = (width: number) => ({
    mean: new Float64Array(width),
    deviation: new Float64Array(width).fill(1),
  });
  const statistics = { z: column(2), k0: column(2), k1: column(2), epsilon: column(1) };
  const shape = { base: heun, inputs: ["z", "stages", "epsilon"], hidden: [4], activation: "silu" } as const;
  return mlpCorrection({ ...shape, statistics, scale: Float64Array.of(1, 1) }, new Random(1));
}
