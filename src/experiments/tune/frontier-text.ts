import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import type { Family, TrialRecord } from "./trial.js";

/** Characters of the plot, without its labels. */
const SIZE = { columns: 56, rows: 9 };

/** Signs of the families, and what they stand for. */
const SIGNS: Readonly<Record<Family, string>> = {
  classical: "·",
  adaptive: "o",
  coefficients: "c",
  both: "b",
  correction: "g",
  student: "s",
};
const LEGEND = "· classical  o step control  c coefficients  g correction  b both  s student";

/**
 * Error against time of everything that was tried, for a terminal: both logarithmic, the wanted error as a line of dashes,
 * later signs over earlier ones. Empty where there is nothing to draw.
 */
export function frontierLines(trials: readonly TrialRecord[], wanted: number): string[] {
  const drawn = trials.filter(({ error, milliseconds }) => error.value > 0 && milliseconds > 0);
  if (drawn.length === 0) return [];
  const times = scaleOf(drawn.map(({ milliseconds }) => milliseconds));
  const errors = scaleOf([wanted, ...drawn.map(({ error }) => error.value)]);
  const rowOf = (error: number): number => Math.round((1 - errors.share(error)) * (SIZE.rows - 1));
  const line = rowOf(wanted);
  const cells = Array.from({ length: SIZE.rows }, (_, row) =>
    new Array<string>(SIZE.columns).fill(row === line ? "-" : " "),
  );
  for (const { family, milliseconds, error } of drawn) {
    const row = cells[rowOf(error.value)];
    if (row !== undefined) row[Math.round(times.share(milliseconds) * (SIZE.columns - 1))] = SIGNS[family];
  }
  const labels = new Map([
    [0, formatNumber(errors.high)],
    [SIZE.rows - 1, formatNumber(errors.low)],
    [line, formatNumber(wanted)],
  ]);
  const margin = Math.max(...[...labels.values()].map(({ length }) => length));
  const [from, to] = [times.low, times.high].map(formatMilliseconds) as [string, string];
  return [
    "error",
    ...cells.map((row, i) => `${(labels.get(i) ?? "").padStart(margin)} | ${row.join("")}`.trimEnd()),
    `${"".padStart(margin)}   ${from}${to.padStart(Math.max(1, SIZE.columns - from.length))}`,
    LEGEND,
  ];
}

/** Where values lie between the least and the largest of them, by their logarithms. */
function scaleOf(values: readonly number[]) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const width = Math.log(high / low);
  return { low, high, share: (value: number): number => (width > 0 ? Math.log(value / low) / width : 0.5) };
}
