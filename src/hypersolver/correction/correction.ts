import {
  cast,
  countMacs,
  type Graph,
  inline,
  type NamedNodes,
  type Node,
  type Operand,
} from "../../graph/index.js";
import { makeGraph } from "../../graph/internal.js";
import type { ButcherTableau } from "../../ode/index.js";
import { perSample } from "../../ode/internal.js";
import { fail, isFloat, type Tensor } from "../../tensor/index.js";
import type { ValidityCard } from "../files/card.js";
import { type CorrectionInput, correctionInputs } from "./names.js";

/** A network g that looks at what a step has computed. */
export interface CorrectionNetwork {
  readonly inputs: readonly CorrectionInput[];
  /** Names of f's intermediate tensors, when `inputs` has "features". */
  readonly features: readonly string[];
  /** Inputs by the names of `siteInputs`, then parameters; output `g`, of the state's shape. */
  readonly graph: Graph;
  readonly parameters: Readonly<Record<string, Tensor>>;
}

/**
 * A network g that predicts the residual of a base method: z(s+ε) ≈ z + ε ψ + ε^(p+1) g.
 * (Poli et al., "Hypersolvers: Toward Fast Continuous-Depth Models", NeurIPS 2020, eq. 3 to 5.)
 */
export interface Correction extends CorrectionNetwork {
  readonly base: ButcherTableau;
  readonly card?: ValidityCard;
  /** Smallest and largest step size that it was fitted to, without sign. Absent: as the card says, or not known. */
  readonly fittedSteps?: readonly [number, number];
}

/** All that is known where a correction is evaluated. */
export interface CorrectionSite {
  readonly z: Node;
  readonly stages: readonly Node[];
  readonly epsilon: Operand;
  readonly s: Operand;
  readonly z0: Node;
  readonly controls: NamedNodes;
  readonly features: NamedNodes;
}

/** The declared inputs of a correction as nodes, by the names of its graph's inputs. Scalars become columns. */
export function siteInputs(
  { inputs, features }: Pick<CorrectionNetwork, "inputs" | "features">,
  site: CorrectionSite,
): NamedNodes {
  const all: Readonly<Record<CorrectionInput, () => NamedNodes>> = {
    z: () => ({ z: site.z }),
    stages: () => Object.fromEntries(site.stages.map((stage, i) => [`k${i}`, stage])),
    epsilon: () => ({ epsilon: perSample(site.epsilon, site.z) }),
    s: () => ({ s: perSample(site.s, site.z) }),
    x: () =>
      Object.fromEntries(
        Object.entries(site.controls).map(([name, node]) => [
          `x ${name}`,
          // Labels and masks are numbers to a network.
          isFloat(node.dtype) ? node : cast(node, site.z.dtype),
        ]),
      ),
    z0: () => ({ z0: site.z0 }),
    features: () =>
      Object.fromEntries(features.map((name) => [`feature ${name}`, site.features[name] as Node])),
  };
  return Object.assign({}, ...inputs.map((input) => all[input]())) as NamedNodes;
}

/**
 * g at one place.
 * @param parameters nodes instead of the stored values, to differentiate with respect to them.
 */
export function evaluateCorrection(
  correction: CorrectionNetwork,
  site: CorrectionSite,
  parameters: (name: string, value: Tensor) => Node,
): Node {
  const weights = Object.fromEntries(
    Object.entries(correction.parameters).map(([name, value]) => [name, parameters(name, value)]),
  );
  return inline(correction.graph, { ...siteInputs(correction, site), ...weights }).g as Node;
}

/** Multiply–accumulates of one evaluation on one sample. */
export function correctionMacs({ graph, parameters }: CorrectionNetwork): number {
  return countMacs(makeGraph(graph.inputs, graph.outputs), 1, Object.keys(parameters));
}

/**
 * Parses a list such as `"z,stages,epsilon"`.
 * @throws INVALID_ARGUMENT naming the unknown word.
 */
export function parseCorrectionInputs(names: readonly string[]): CorrectionInput[] {
  return names.map((name) => {
    const known = correctionInputs.find((input) => input === name);
    if (known !== undefined) return known;
    throw fail("INVALID_ARGUMENT", {
      what: "inputs of the correction",
      expected: correctionInputs.join(", "),
      received: name,
    });
  });
}
