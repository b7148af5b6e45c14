import type { Operand } from "../../graph/index.js";
import { div, log, mean, type NamedNodes, type Node, norm, reshape, sub } from "../../graph/index.js";
import type { Field, NonStationaryCoefficients, Span } from "../../ode/index.js";
import { graphAlgebraWithin, nonStationaryScheme } from "../../ode/internal.js";

/** Where coefficients are tried: states at the start of a span and what the reference makes of them. */
export interface EndSite {
  readonly z0: Node;
  readonly end: Node;
  readonly controls: NamedNodes;
  readonly span: Span;
}

/** The state at the end of the span by non-stationary coefficients. */
export function solvedEnd(
  field: Field,
  coefficients: NonStationaryCoefficients<Operand>,
  { z0, controls, span: [t0, t1] }: Omit<EndSite, "end">,
): Node {
  const algebra = graphAlgebraWithin({ low: Math.min(t0, t1), high: Math.max(t0, t1) });
  const scheme = nonStationaryScheme(field, coefficients);
  return scheme.step({ s: t0, dt: t1 - t0, z: z0, z0, controls, algebra }).z1;
}

/** Mean Euclidean distance to the reference at the end. */
export const endDistance = (
  field: Field,
  coefficients: NonStationaryCoefficients<Operand>,
  site: EndSite,
): Node => meanNorm(sub(solvedEnd(field, coefficients, site), site.end));

/** The same over the mean norm of the reference. */
export const relativeEndDistance = (
  field: Field,
  coefficients: NonStationaryCoefficients<Operand>,
  site: EndSite,
): Node => div(endDistance(field, coefficients, site), meanNorm(site.end));

/** Its logarithm: the loss of N. Shaul et al., Bespoke Non-Stationary Solvers, 2024, with a mean in place of the root. */
export const logEndDistance: typeof relativeEndDistance = (field, coefficients, site) =>
  log(relativeEndDistance(field, coefficients, site));

function meanNorm(x: Node): Node {
  const [batch = 1, ...rest] = x.shape;
  return mean(norm(reshape(x, [batch, rest.reduce<number>((product, size) => product * Number(size), 1)])));
}
