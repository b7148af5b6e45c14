import type { ParetoSeries } from "../../plot/index.js";
import { type MethodLabels, pointLabel } from "./competitor.js";
import type { Costs } from "./contest.js";

/** A method that was measured, with what it costs. */
type Measured = MethodLabels & Costs & { readonly milliseconds: number };

/** Error against cost: a line for each method, a point for each of its settings, in the order in which they come up. */
export const methodSeries = <Row extends Measured>(
  rows: readonly Row[],
  errorOf: (row: Row) => number,
): ParetoSeries[] =>
  [...new Set(rows.map(({ method }) => method))].map((label) => {
    const own = rows.filter(({ method }) => method === label);
    const points = own.map((row) => {
      const { nfe, macs, milliseconds, fitted = true } = row;
      return { label: pointLabel(row), labeled: fitted, nfe, macs, milliseconds, error: errorOf(row) };
    });
    return { label, role: own[0]?.role ?? "other", points };
  });
