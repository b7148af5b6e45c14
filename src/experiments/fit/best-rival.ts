import { type ComparisonRow, type MeasuredRow, measuredRows } from "./comparison.js";
import type { MethodResult } from "./fit-metrics.js";

/**
 * The method without learning that ends closest to the reference among those that cost no more than a learned one:
 * multiply–accumulates, or evaluations of f where a field has no products. Undefined where all broke or cost more.
 */
export function bestRival(
  comparison: readonly ComparisonRow[],
  { nfe, macs }: Pick<MethodResult, "nfe" | "macs">,
): MeasuredRow | undefined {
  const rivals = measuredRows(comparison).filter((row) => {
    const isAffordable = macs > 0 ? row.macs <= macs : row.nfe <= nfe;
    return row.role !== "hypersolver" && isAffordable;
  });
  return rivals.reduce<MeasuredRow | undefined>(
    (best, row) => (best === undefined || row.error < best.error ? row : best),
    undefined,
  );
}
