import {
  add,
  concatColumns,
  div,
  type InputSpec,
  log,
  mul,
  type NamedNodes,
  type Node,
  norm,
  reduceSum,
  slice,
  sub,
  sum,
  trace,
} from "../../graph/index.js";
import { type ActivationName, type Module, mlp, parameterInputs } from "../../nn/index.js";
import type { ButcherTableau } from "../../ode/index.js";
import { withoutErrorControl } from "../../ode/internal.js";
import { fail } from "../../tensor/index.js";
import type { Correction } from "../correction/correction.js";
import { integerPower } from "../correction/hyper-scheme.js";

/** How large the network is that chooses the coefficients. */
export interface StageNetworkOptions {
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
}

/** Lengths below it count as zero: it keeps quotients of float32 finite. */
const SMALL = 1e-8;

/** Stages that say something of the field's derivatives, without those of error control. */
export const shownStages = (base: ButcherTableau): number => withoutErrorControl(base).b.length;

/**
 * The network of a correction that knows no field: from the lengths and angles of the stages to coefficients.
 * @throws INVALID_ARGUMENT for a base of one stage, which says nothing of how f changes.
 */
export function coefficientNetwork(
  base: ButcherTableau,
  { hidden, activation }: StageNetworkOptions,
): Module {
  const stages = shownStages(base);
  if (stages < 2)
    throw fail("INVALID_ARGUMENT", {
      what: "shared correction: base",
      expected: "a method of two stages or more: one stage says nothing of how f changes",
      received: base.name,
    });
  const differences = stages - 1;
  const invariants = 2 * differences + (differences * (differences - 1)) / 2;
  return mlp({ sizes: [invariants, ...hidden, stages], activation, zeroOutput: true });
}

/**
 * A correction for fields of any width, which sees nothing of them but what the stages of the base reveal. With the
 * differences d_j = k_j − k_0 it is
 *
 *     g = ε^(−p) ‖k_0‖ [ρ^p a_0 k_0/‖k_0‖ + ρ^(p−1) Σ_j a_j d_j/‖k_0‖],   ρ = r/(1 + r),   r² = Σ_j ‖d_j‖²/‖k_0‖²
 *
 * with coefficients a from a network of the invariants log(‖d_j‖/‖k_0‖), cos(d_j, k_0) and cos(d_i, d_j). It turns with the
 * state and scales with time and state; r is of the size of ε times f's derivative, so that g stays finite as ε falls.
 * @param shape of the states, ["batch", n].
 */
export function stageCorrection(
  base: ButcherTableau,
  options: StageNetworkOptions,
  shape: InputSpec["shape"],
  parameters: Correction["parameters"],
): Correction {
  const network = coefficientNetwork(base, options);
  const count = shownStages(base);
  const names = Array.from({ length: count }, (_, i) => `k${i}`);
  const specs: Record<string, InputSpec> = {
    ...Object.fromEntries(names.map((name) => [name, { shape }])),
    epsilon: { shape: ["batch", 1] },
    ...parameterInputs(network),
  };
  const graph = trace(specs, (nodes: NamedNodes) => {
    const [first, ...others] = names.map((name) => nodes[name] as Node) as [Node, ...Node[]];
    const differences = others.map((stage) => sub(stage, first));
    const { invariants, rho } = seenBy(first, differences);
    const coefficients = network.apply(nodes, concatColumns(invariants));
    const coefficient = (i: number): Node => slice(coefficients, 1, i, i + 1);
    const small = integerPower(rho, base.order - 1);
    const along = mul(first, mul(mul(small as Node, rho), coefficient(0)));
    const across = differences.map((difference, j) =>
      base.order === 1
        ? mul(difference, coefficient(j + 1))
        : mul(difference, mul(small, coefficient(j + 1))),
    );
    return { g: div(sum(along, ...across), integerPower(nodes.epsilon as Node, base.order)) };
  });
  return { base, inputs: ["stages", "epsilon"], features: [], graph, parameters };
}

/** Lengths and angles of the differences of the stages, as columns, and how far f changes within a step. */
function seenBy(
  first: Node,
  differences: readonly Node[],
): { readonly invariants: readonly Node[]; readonly rho: Node } {
  const length = add(norm(first, -1, true), SMALL);
  const lengths = differences.map((difference) => norm(difference, -1, true));
  const ratios = lengths.map((own) => div(own, length));
  const cosine = (a: Node, b: Node, size: Node): Node =>
    div(reduceSum(mul(a, b), -1, true), add(size, SMALL * SMALL));
  const r = norm(concatColumns(ratios), -1, true);
  const angles = differences.map((difference, j) =>
    cosine(difference, first, mul(lengths[j] as Node, length)),
  );
  const between = differences.flatMap((a, i) =>
    differences.slice(i + 1).map((b, j) => cosine(a, b, mul(lengths[i] as Node, lengths[i + 1 + j] as Node))),
  );
  const logs = ratios.map((ratio) => mul(log(add(ratio, 1e-4)), 0.5));
  return { invariants: [...logs, ...angles, ...between], rho: div(r, add(r, 1)) };
}
