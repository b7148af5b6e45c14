import type { Table, TableCell } from "../../plot/index.js";
import { formatNumber } from "../../plot/internal.js";
import type { RunSection } from "./report.js";
import { type JoinedRow, joinRows, type ResultRow, type Spread } from "./result-row.js";

/** The rows of one run as tables, a section for each kind of key. */
export const rowSections = (rows: readonly ResultRow[]): RunSection[] => joinedSections(joinRows([rows]), 1);

/** Rows over seeds as tables: mean ± standard deviation. */
export function joinedSections(rows: readonly JoinedRow[], seeds: number): RunSection[] {
  const kinds = new Map<string, JoinedRow[]>();
  for (const row of rows) {
    const kind = Object.keys(row.key).join();
    kinds.set(kind, [...(kinds.get(kind) ?? []), row]);
  }
  return [...kinds.values()].map((own) => {
    const [first = ""] = Object.keys(own[0]?.key ?? {});
    return { heading: `By ${first}`, table: tableOf(own, seeds), on: "both" };
  });
}

function tableOf(rows: readonly JoinedRow[], seeds: number): Table {
  const keys = Object.keys(rows[0]?.key ?? {});
  const values = [...new Set(rows.flatMap((row) => Object.keys(row.values)))];
  return {
    columns: [...keys, ...values.map((label) => ({ label, align: "right" as const }))],
    rows: rows.map(({ key, values: own, broken }): TableCell[] => {
      const [first = "", ...others] = values.map((name) => cellOf(own[name], seeds));
      const failed = seeds === 1 ? "broke" : `broke with ${broken?.seeds} of ${seeds}`;
      const told = broken === undefined ? first : [first, failed].filter((text) => text !== "").join("; ");
      return [...keys.map((name) => String(key[name])), told, ...others];
    }),
  };
}

const cellOf = (spread: Spread | undefined, seeds: number): string =>
  spread === undefined ? "" : spreadText(spread, seeds);

/** `3.14 ± 0.12`, with the number of seeds where it is not the expected one. */
export function spreadText({ mean, deviation = 0, n }: Spread, seeds: number = n): string {
  const missing = n === seeds ? "" : ` (${n})`;
  if (deviation === 0) return `${formatNumber(mean)}${missing}`;
  // Two digits of the deviation, and as many decimals of the mean, where that is no long row of zeros.
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(deviation)));
  const isPlain = decimals <= 5 && Math.abs(mean) < 1e4;
  const [value, spread] = isPlain
    ? [mean, deviation].map((number) => number.toFixed(decimals).replace("-", "−"))
    : [mean, deviation].map(formatNumber);
  return `${value} ± ${spread}${missing}`;
}
