import {
  add,
  type Graph,
  gradient,
  mean,
  mul,
  type NamedNodes,
  type Node,
  neg,
  slice,
  sub,
  trace,
} from "../../graph/index.js";
import type { Span } from "../../ode/index.js";
import { type LogDensityField, stateType } from "../../ode/internal.js";
import type { BaseDistribution } from "./base-distribution.js";

/** What the loss is made of beside the solve. */
interface LossOptions {
  readonly base: BaseDistribution;
  readonly span: Span;
  /** Weight of ∫‖f‖² ds. */
  readonly kinetic: number;
  /** Weight of ∫‖∂f/∂z‖²_F ds. */
  readonly frobenius: number;
}

/**
 * The loss and its parts at the state at the base. Integrals come against the span: they are negative where it goes up.
 */
export function likelihoodLoss(
  { dimension, columns }: LogDensityField,
  { base, span, kinetic, frobenius }: LossOptions,
  state: Node,
): { readonly loss: Node; readonly parts: NamedNodes } {
  const column = (at: number): Node => slice(state, 1, at, at + 1);
  const integral = (at: number): Node => mul(mean(column(at)), Math.sign(span[0] - span[1]));
  const logDensity = sub(base.logDensity(slice(state, 1, 0, dimension)), column(columns.logDensity));
  const nll = neg(mean(logDensity));
  const parts: Record<string, Node> = { nll };
  if (columns.kinetic !== undefined) parts.kinetic = integral(columns.kinetic);
  if (columns.frobenius !== undefined) parts.frobenius = integral(columns.frobenius);
  const weights: Record<string, number> = { nll: 1, kinetic, frobenius };
  const loss = Object.entries(parts)
    .map(([name, part]) => mul(part, weights[name] ?? 0))
    .reduce((total, term) => add(total, term));
  return { loss, parts };
}

/** From the state at the base to the loss, its parts, and its cotangent. */
export function likelihoodLossGraph(augmented: LogDensityField, options: LossOptions): Graph {
  return trace({ state: stateType(augmented.field) }, ({ state }) => {
    const { loss, parts } = likelihoodLoss(augmented, options, state);
    const [cotangent] = gradient(loss, [state]);
    return { loss, ...parts, cotangent: cotangent as Node };
  });
}
