import { type Figure, paretoFronts, type Table, textTable } from "../../plot/index.js";
import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import { methodSeries } from "../kit/method-series.js";
import type { RunReport } from "../kit/report.js";
import type { Finalist } from "./finals.js";
import { measureText } from "./goal.js";
import type { TrialRecord } from "./trial.js";
import type { Tuning } from "./tune-solver.js";
import { estimateText, measuredText, verdictText } from "./verdict.js";

/** The winner and those behind it. */
export function finalistTable({ winner, runnersUp }: Pick<Tuning, "winner" | "runnersUp">): Table {
  return {
    columns: [
      { label: "solver", align: "left" },
      "NFE",
      "g calls",
      "MACs a sample",
      "time",
      "from–to",
      "error [95 %]",
    ],
    rows: [winner, ...runnersUp].map(({ record, timing, test }: Finalist) => {
      const { name, nfe, gCalls, macs } = record;
      const times = [timing.fastest, timing.slowest].map(formatMilliseconds).join(" – ");
      const costs = [nfe, gCalls, formatNumber(macs), formatMilliseconds(timing.milliseconds)];
      return [name, ...costs, times, estimateText(test)];
    }),
    emphasized: [0],
  };
}

/** For a terminal. */
export function tuneText(tuning: Tuning): string {
  const { columns, rows, emphasized = [] } = finalistTable(tuning);
  return [measuredText(tuning), "", textTable(columns, rows, { emphasized }), "", verdictText(tuning)].join(
    "\n",
  );
}

/** Whether no other setting of the same method was as fast and as close. */
const isBestOfItsMethod = (one: TrialRecord, all: readonly TrialRecord[]): boolean =>
  !all.some(
    (other) =>
      other !== one &&
      other.method === one.method &&
      other.milliseconds <= one.milliseconds &&
      other.error.value <= one.error.value,
  );

/** Error against milliseconds, the best settings of every method; undefined where no error is above zero. */
export function frontierFigure({ trials, spec }: Pick<Tuning, "trials" | "spec">): Figure | undefined {
  const drawn = trials.filter(({ error, milliseconds }) => error.value > 0 && milliseconds > 0);
  if (drawn.length === 0) return undefined;
  const ordered = drawn
    .filter((one) => isBestOfItsMethod(one, drawn))
    .sort((a, b) => a.milliseconds - b.milliseconds);
  return paretoFronts(
    methodSeries<TrialRecord>(ordered, ({ error }) => error.value),
    {
      name: "frontier",
      title: `The best of every method: error against time, wanted ${formatNumber(spec.error)}`,
      caption:
        "One point a solver, on the states by which solvers were chosen, without those that another of the same method beats in both; further down is more accurate, further left is faster.",
      errorLabel: measureText(spec),
      costs: ["milliseconds"],
      width: 560,
      height: 380,
    },
  );
}

/** What came out of a search. */
export function tuneReport(tuning: Tuning, title: string): RunReport {
  const { trials, seconds, model, winner, broken } = tuning;
  const figure = frontierFigure(tuning);
  return {
    title,
    lead: "",
    verdict: verdictText(tuning),
    facts: [
      ["Solver", winner.record.name],
      ["Tried", `${trials.length} solvers${broken.length > 0 ? `, ${broken.length} more broke` : ""}`],
      ["One evaluation of f", formatMilliseconds(model.evaluation)],
      [
        "Seconds",
        `${formatNumber(seconds.reference)} for references, ${formatNumber(seconds.search)} for the search, ` +
          `${formatNumber(seconds.finals)} for the last measurements`,
      ],
    ],
    sections: [
      {
        heading: "The solver and its runners-up",
        text: measuredText(tuning),
        table: finalistTable(tuning),
      },
      { heading: "The frontier", figures: figure === undefined ? [] : [figure] },
    ],
    footnotes: [],
  };
}
