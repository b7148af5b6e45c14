import type { ComparisonRow } from "../fit/comparison.js";
import type { FitMetrics } from "../fit/run-fit.js";

/** The solvers that every fit is compared with, once, and each hypersolver at the step that it learned. */
export function allMethods(fits: Readonly<Record<string, FitMetrics>>): ComparisonRow[] {
  const all = Object.values(fits);
  const hypersolvers = all.flatMap(({ comparison, hypersolver }) =>
    comparison.filter(({ role, steps }) => role === "hypersolver" && steps === hypersolver.steps),
  );
  const others = (all[0]?.comparison ?? []).filter(({ role }) => role !== "hypersolver");
  return [...others, ...hypersolvers];
}
