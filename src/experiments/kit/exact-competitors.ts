import type { Field, FixedMethod } from "../../ode/index.js";
import type { Competitor } from "./competitor.js";

/**
 * Methods in every number of steps that makes exactly one of these numbers of evaluations.
 * @param methods each in one step.
 */
export function exactCompetitors(
  field: Field,
  methods: readonly FixedMethod[],
  evaluations: readonly number[],
): Competitor[] {
  return methods.flatMap((one) => {
    const scheme = one.scheme(field);
    const stepsFor = (nfe: number): number[] =>
      Array.from({ length: nfe }, (_, i) => i + 1).filter((steps) => scheme.cost(steps).nfe === nfe);
    return evaluations
      .flatMap(stepsFor)
      .map((steps): Competitor => ({ method: one.withGrid({ steps }), role: "other" }));
  });
}
