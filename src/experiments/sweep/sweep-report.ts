import { type Figure, type ParetoSeries, paretoFronts, type Table } from "../../plot/index.js";
import type { RunReport } from "../kit/report.js";
import type { JoinedRow } from "../kit/result-row.js";
import { joinedSections } from "../kit/row-tables.js";
import type { SweepMetrics } from "./sweep-outcome.js";
import { wordsOf } from "./sweep-outcome.js";
import { COSTS, ERROR } from "./sweep-rows.js";

/** Failed rows that are shown. */
const MOST_FAILED = 100;

/** A sweep for people: the table over the grid, what is best at its cost, the picture of that, and what failed. */
export function sweepReport(metrics: SweepMetrics): RunReport {
  const { name = `Sweep of ${metrics.kind}`, jobs, seeds, rows, best, seconds } = metrics;
  const counts = countText(metrics);
  const figures = paretoPicture(rows);
  return {
    title: name,
    lead: `${counts}; ${(seconds / 3600).toPrecision(2)} hours of work.${seeds.length > 1 ? ` Mean ± standard deviation over ${seeds.length} seeds.` : ""}`,
    verdict: bestText(best),
    facts: [
      ["Kind", metrics.kind],
      ["Jobs", String(jobs.length)],
      ["Sweep", metrics.id],
    ],
    sections: [
      { heading: "Error against cost", figures },
      ...joinedSections(rows, Math.max(1, seeds.length)).map((section) => ({
        ...section,
        heading: "Over the grid",
      })),
      { heading: "Best error at its cost", table: bestTable(best, seeds.length), on: "both" },
      { heading: "Jobs without a result", table: failedTable(metrics), on: "both" },
    ],
  };
}

/** How many jobs ended how: `12 jobs: 11 complete, 1 failed`. */
export function countText({ jobs }: Pick<SweepMetrics, "jobs">): string {
  const counts = new Map<string, number>();
  for (const { state } of jobs) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = [...counts].map(([state, count]) => `${count} ${state}`);
  return `${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}: ${parts.join(", ")}`;
}

const labelOf = ({ key }: JoinedRow): string =>
  Object.entries(key)
    .map(([option, value]) => (option === "solver" ? String(value) : `${option} ${value}`))
    .join(", ") || "all";

function bestText(best: readonly JoinedRow[]): string {
  const last = best.at(-1);
  const error = last?.values[ERROR];
  if (last === undefined || error === undefined) return "";
  return `Least error: ${error.mean.toPrecision(3)}, ${labelOf(last)}.`;
}

function bestTable(best: readonly JoinedRow[], seeds: number): Table | undefined {
  if (best.length < 2) return undefined;
  const [section] = joinedSections(
    best.map(({ values, ...row }) => ({
      key: { what: labelOf({ ...row, values }) },
      values,
      broken: row.broken,
    })),
    Math.max(1, seeds),
  );
  return section?.table;
}

function failedTable({ jobs }: SweepMetrics): Table {
  const without = jobs.filter(({ state }) => state !== "complete");
  return {
    columns: [{ label: "job", align: "left" }, "state", "attempts", { label: "reason", align: "left" }],
    rows: without
      .slice(0, MOST_FAILED)
      .map(({ at, key, state, attempts, reason = "" }) => [
        atText(at) || key.slice(0, 12),
        state,
        attempts,
        firstLine(reason),
      ]),
  };
}

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";

/** Where in a sweep a job stands: `base heun, seed 3`. */
export const atText = (at: Readonly<Record<string, unknown>>): string =>
  Object.entries(at)
    .map(([option, value]) => `${option} ${wordsOf(value)}`)
    .join(", ");

/** Nothing where no row has an error and a cost. */
function paretoPicture(rows: readonly JoinedRow[]): Figure[] {
  const costs = (["nfe", "macs", "milliseconds"] as const).filter((cost) =>
    rows.some(({ values }) => isPositive(values[ERROR]?.mean) && isPositive(values[COSTS[cost]]?.mean)),
  );
  return costs.length === 0 ? [] : [paretoFronts(seriesOf(rows), { costs, errorLabel: "mean error" })];
}

const isPositive = (value: number | undefined): boolean => value !== undefined && value > 0;

/** A line for every solver, or whatever else is not a number in the grid; a point for each row. */
function seriesOf(rows: readonly JoinedRow[]): ParetoSeries[] {
  const named = rows.filter(({ values }) => isPositive(values[ERROR]?.mean));
  const lineOf = ({ key }: JoinedRow): string =>
    Object.entries(key)
      .filter(([, value]) => typeof value !== "number")
      .map(([, value]) => value)
      .join(", ") || "all";
  return [...new Set(named.map(lineOf))].map((label) => ({
    label,
    role: "hypersolver" as const,
    points: named
      .filter((row) => lineOf(row) === label)
      .map((row) => ({
        label: labelOf(row),
        labeled: false,
        error: row.values[ERROR]?.mean ?? 0,
        ...Object.fromEntries(
          Object.entries(COSTS).flatMap(([cost, name]) => {
            const mean = row.values[name]?.mean;
            return mean === undefined ? [] : [[cost, mean]];
          }),
        ),
      })),
  }));
}
