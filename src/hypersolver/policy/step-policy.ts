import { concatColumns, constant, mul, type NamedNodes, type Node, slice, sub } from "../../graph/index.js";
import { type Module, mlp } from "../../nn/index.js";
import type { ButcherTableau } from "../../ode/index.js";
import type { NamedTensors } from "../../runtime/index.js";
import { fromNumbers } from "../../tensor/index.js";
import type { Correction } from "../correction/correction.js";
import type { ColumnStatistics } from "../correction/statistics.js";

/** One thing that an agent may do next. */
export interface StepAction {
  /** Size of the step, without sign; the last step of a solve is cut at its end. */
  readonly epsilon: number;
  /** Whether the correction g is evaluated and added. */
  readonly corrected: boolean;
}

/** An agent that steers a solve: from what it sees before a step, the size of the step and whether g corrects it. */
export interface StepPolicy {
  readonly base: ButcherTableau;
  /** Absent: steps of the base alone. */
  readonly correction?: Correction | undefined;
  readonly actions: readonly StepAction[];
  readonly hidden: readonly number[];
  /** Of what it sees: state, derivative, share of the span that is left, controls, side by side. */
  readonly statistics: ColumnStatistics;
  readonly parameters: NamedTensors;
  /** What an evaluation of g costs, in evaluations of f. */
  readonly correctionCost: number;
}

/** All steps of a policy: sizes in equal ratios, each alone and, where there is a correction, with it. */
export function stepActions(
  [low, high]: readonly [number, number],
  levels: number,
  hasCorrection: boolean,
): StepAction[] {
  const sizes = Array.from({ length: levels }, (_, i) =>
    levels === 1 ? high : low * (high / low) ** (i / (levels - 1)),
  );
  const choices = hasCorrection ? [false, true] : [false];
  return choices.flatMap((corrected) => sizes.map((epsilon) => ({ epsilon, corrected })));
}

/** What an agent sees, as columns. Nothing here costs an evaluation: the step begins with this derivative. */
export function observation({
  z,
  k0,
  left,
  controls,
}: {
  readonly z: Node;
  readonly k0: Node;
  readonly left: Node;
  readonly controls: NamedNodes;
}): Node {
  return concatColumns([z, k0, left, ...Object.values(controls)]);
}

/** The network of a policy: a logit for every action, and its estimate of what is still to come. */
export const policyNetwork = ({
  actions,
  hidden,
  statistics,
}: Pick<StepPolicy, "actions" | "hidden" | "statistics">): Module =>
  mlp({
    sizes: [statistics.mean.length, ...hidden, actions.length + 1],
    activation: "tanh",
    zeroOutput: true,
  });

/** What a policy says of observations [batch, n]. */
export function judged(
  policy: Pick<StepPolicy, "actions" | "hidden" | "statistics">,
  parameters: NamedNodes,
  seen: Node,
): { readonly logits: Node; readonly value: Node } {
  const { mean, deviation } = policy.statistics;
  const row = (values: Float64Array): Node => constant(fromNumbers(values, [values.length], seen.dtype));
  const gains = deviation.map((size) => (size > 0 ? 1 / size : 1));
  const heads = policyNetwork(policy).apply(parameters, mul(sub(seen, row(mean)), row(gains)));
  const count = policy.actions.length;
  return { logits: slice(heads, 1, 0, count), value: slice(heads, 1, count, count + 1) };
}
