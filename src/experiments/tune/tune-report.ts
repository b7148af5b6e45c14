import { type Figure, type ParetoSeries, paretoFronts, type Table, textTable } from "../../plot/index.js";
import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import type { RunReport } from "../kit/report.js";
import type { Finalist } from "./finals.js";
import { measureText } from "./goal.js";
import type { Family, TrialRecord } from "./trial.js";
import type { Tuning } from "./tune-solver.js";
import { estimateText, measuredText, verdictText } from "./verdict.js";

/** The winner and those behind it. */
export function finalistTable({
  winner,
  runnersUp,
  student,
}: Pick<Tuning, "winner" | "runnersUp" | "student">): Table {
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
    rows: [winner, ...runnersUp, ...(student === undefined ? [] : [student])].map(
      ({ record, timing, test }: Finalist) => {
        const { name: own, nfe, gCalls, macs, family } = record;
        const name = family === "student" ? `${own} (no solver)` : own;
        const times = [timing.fastest, timing.slowest].map(formatMilliseconds).join(" – ");
        const costs = [nfe, gCalls, formatNumber(macs), formatMilliseconds(timing.milliseconds)];
        return [name, ...costs, times, estimateText(test)];
      },
    ),
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

/** Where solvers come from, as the frontier has it: a line and a color each, in this order. */
const FAMILIES: Readonly<Record<Family, string>> = {
  classical: "steps of a classical method",
  adaptive: "step control",
  coefficients: "learned coefficients",
  both: "learned coefficients and g",
  correction: "a base and g",
  student: "students (no solvers)",
};

/** Whether no other of the same family was as fast and as close. */
const isBestOfItsFamily = (one: TrialRecord, all: readonly TrialRecord[]): boolean =>
  !all.some(
    (other) =>
      other !== one &&
      other.family === one.family &&
      other.milliseconds <= one.milliseconds &&
      other.error.value <= one.error.value,
  );

/** Error against milliseconds, the best of every family; undefined where no error is above zero. */
export function frontierFigure({ trials, spec }: Pick<Tuning, "trials" | "spec">): Figure | undefined {
  const drawn = trials.filter(({ error, milliseconds }) => error.value > 0 && milliseconds > 0);
  if (drawn.length === 0) return undefined;
  const ordered = drawn
    .filter((one) => isBestOfItsFamily(one, drawn))
    .sort((a, b) => a.milliseconds - b.milliseconds);
  const families = (Object.keys(FAMILIES) as Family[]).filter((own) =>
    ordered.some(({ family }) => family === own),
  );
  const isLearned = (family: Family): boolean => !["classical", "adaptive", "student"].includes(family);
  const series = families.map(
    (own): ParetoSeries => ({
      label: FAMILIES[own],
      role: own === "adaptive" ? "reference" : isLearned(own) ? "hypersolver" : "other",
      points: ordered
        .filter(({ family }) => family === own)
        .map(({ name, milliseconds, error }) => ({
          label: name,
          labeled: false,
          milliseconds,
          error: error.value,
        })),
    }),
  );
  return paretoFronts(series, {
    name: "frontier",
    title: `The best of every kind: error against time, wanted ${formatNumber(spec.error)}`,
    caption:
      "One point a solver, on the states by which solvers were chosen, without those that another of its kind beats in both; further down is more accurate, further left is faster. The dashed line is the error that was wanted.",
    errorLabel: measureText(spec),
    costs: ["milliseconds"],
    wanted: spec.error,
    width: 560,
    height: 380,
  });
}

/** What came out of a search. */
export function tuneReport(tuning: Tuning, title: string): RunReport {
  const { trials, seconds, model, winner, broken } = tuning;
  const figure = frontierFigure(tuning);
  const tried = new Set([...trials, ...broken].map(({ name }) => name));
  return {
    title,
    lead: "",
    verdict: verdictText(tuning),
    facts: [
      ["Solver", winner.record.name],
      ["Tried", `${tried.size} solvers${broken.length > 0 ? `; ${broken.length} of them broke` : ""}`],
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
