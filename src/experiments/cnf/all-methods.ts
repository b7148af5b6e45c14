import type { ComparisonRow } from "../comparison.js";
import type { FitMetrics } from "../run-fit.js";

/** The solvers that every fit is compared with, once, and all hypersolvers. */
export function allMethods(fits: Readonly<Record<string, FitMetrics>>): ComparisonRow[] {
  const tables = Object.values(fits).map(({ comparison }) => comparison);
  const hypersolvers = tables.flatMap((rows) => rows.filter(({ role }) => role === "hypersolver"));
  const others = (tables[0] ?? []).filter(({ role }) => role !== "hypersolver");
  return [...others, ...hypersolvers];
}
