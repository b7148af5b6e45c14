import { div, log, mean, type NamedNodes, type Node, norm, reshape, sub } from "../../graph/index.js";
import type { Span } from "../../ode/index.js";
import { graphAlgebraWithin, type StepScheme } from "../../ode/internal.js";

/** Where a solver is tried: states at the start of a span and what the reference makes of them. */
export interface EndSite {
  readonly z0: Node;
  readonly end: Node;
  readonly controls: NamedNodes;
  readonly span: Span;
}

/** The state at the end of the span, by one step over it. */
export function solvedEnd(
  { step }: StepScheme,
  { z0, controls, span: [t0, t1] }: Omit<EndSite, "end">,
): Node {
  const algebra = graphAlgebraWithin({ low: Math.min(t0, t1), high: Math.max(t0, t1) });
  return step({ s: t0, dt: t1 - t0, z: z0, z0, controls, algebra }).z1;
}

/** Mean Euclidean distance to the reference at the end. */
export const endDistance = (scheme: StepScheme, site: EndSite): Node =>
  meanNorm(sub(solvedEnd(scheme, site), site.end));

/** The same over the mean norm of the reference. */
export const relativeEndDistance = (scheme: StepScheme, site: EndSite): Node =>
  div(endDistance(scheme, site), meanNorm(site.end));

/** Its logarithm: the loss of N. Shaul et al., Bespoke Non-Stationary Solvers, 2024, with a mean in place of the root. */
export const logEndDistance: typeof relativeEndDistance = (scheme, site) =>
  log(relativeEndDistance(scheme, site));

function meanNorm(x: Node): Node {
  const [batch = 1, ...rest] = x.shape;
  return mean(norm(reshape(x, [batch, rest.reduce<number>((product, size) => product * Number(size), 1)])));
}
