import { type ComparisonRow, type MeasuredRow, measuredRows } from "./comparison.js";
import type { MethodResult } from "./fit-metrics.js";

/** In what a rival may cost no more: arithmetic, or time on the machine of the fit. */
export type Currency = "arithmetic" | "time";

/** What a method costs. */
type Costs = Pick<MethodResult, "nfe" | "macs" | "milliseconds">;

/**
 * The method without learning that ends closest to the reference among those that cost no more than a learned one, in
 * multiply–accumulates (evaluations of f, where a field has no products) or in milliseconds, as timed beside the others.
 * Undefined where all broke or cost more.
 */
export function bestRival(
  comparison: readonly ComparisonRow[],
  learned: Costs,
  currency: Currency = "arithmetic",
): MeasuredRow | undefined {
  const costOf = ({ nfe, macs, milliseconds }: Costs): number => {
    if (currency === "time") return milliseconds;
    return learned.macs > 0 ? macs : nfe;
  };
  const rows = measuredRows(comparison);
  const isLearned = ({ role, nfe, macs }: MeasuredRow): boolean =>
    role === "hypersolver" && nfe === learned.nfe && macs === learned.macs;
  const most = costOf(rows.find(isLearned) ?? learned);
  const rivals = rows.filter((row) => row.role !== "hypersolver" && costOf(row) <= most);
  return rivals.reduce<MeasuredRow | undefined>(
    (best, row) => (best === undefined || row.error < best.error ? row : best),
    undefined,
  );
}
