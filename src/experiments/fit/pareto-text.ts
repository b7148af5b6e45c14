import { formatNumber } from "../../plot/internal.js";
import { type ComparisonRow, type MeasuredRow, measuredRows } from "./comparison.js";

type Currency = "nfe" | "macs";

/**
 * Which methods no other beats in error and cost at once, in words, from the cheapest on: by evaluations of f, and by
 * multiply–accumulates, networks included, where that is another list. Empty where nothing was measured.
 */
export function paretoText(all: readonly ComparisonRow[]): string {
  const rows = measuredRows(all);
  if (rows.length === 0) return "";
  const byEvaluations = front(rows, "nfe");
  const evaluations = byEvaluations.map(
    (row) => `${row.method} with ${formatNumber(row.nfe)} (${formatNumber(row.error)})`,
  );
  const first = `Nothing beats, by evaluations of f: ${evaluations.join(", ")}.`;
  // A field without products has no arithmetic to tell.
  if (!rows.some(({ macs }) => macs > 0)) return first;
  const byArithmetic = front(rows, "macs");
  if (
    byArithmetic.length === byEvaluations.length &&
    byArithmetic.every((row, i) => row === byEvaluations[i])
  )
    return `${first} By multiply–accumulates the same.`;
  const arithmetic = byArithmetic.map(
    (row) => `${row.method} with ${formatNumber(row.macs)} (${formatNumber(row.error)})`,
  );
  return `${first} By multiply–accumulates, networks included: ${arithmetic.join(", ")}.`;
}

/** Those that are closer than everything that costs no more. */
function front(rows: readonly MeasuredRow[], cost: Currency): MeasuredRow[] {
  const sorted = [...rows].sort((a, b) => a[cost] - b[cost] || a.error - b.error);
  const kept: MeasuredRow[] = [];
  for (const row of sorted) if (row.error < (kept.at(-1)?.error ?? Number.POSITIVE_INFINITY)) kept.push(row);
  return kept;
}
