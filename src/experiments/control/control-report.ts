import type { Figure } from "../../plot/index.js";
import { formatNumber, formatPercent } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import type { RunReport } from "../kit/report.js";
import { type ResultRow, resultRow } from "../kit/result-row.js";
import { rowSections } from "../kit/row-tables.js";
import { type LoopRow, type LoopScores, loopOf, meanCost } from "./closed-loops.js";
import type { ModelErrors } from "./model-error.js";
import type { OpenLoopRow } from "./open-loop.js";

/** What `metrics.json` holds beside the facts of every run. */
export interface ControlMetrics {
  readonly openLoop: readonly OpenLoopRow[];
  readonly closedLoop: readonly LoopRow[];
  readonly modelErrors: readonly ModelErrors[];
}

/** The numbers of a run by key. */
export function controlRows({
  openLoop = [],
  closedLoop = [],
  modelErrors = [],
}: Partial<ControlMetrics>): ResultRow[] {
  return [
    ...openLoop.map(({ task, method, steps, scores }) =>
      resultRow(
        { task, method, "steps a control": steps },
        scores,
        ({ nfe, interval, horizon, milliseconds }) => ({
          ...{
            NFE: nfe,
            "error, one interval": interval,
            "error, horizon": horizon,
            "CPU ms, all rollouts": milliseconds,
          },
        }),
      ),
    ),
    ...loopRows(closedLoop, "inner model", "RK4"),
    ...modelErrors.flatMap(modelErrorRows),
    ...modelErrors.flatMap(({ shares: { task, learned, true: exact } }) =>
      (["model", "truncation"] as const).map((share) => ({
        key: { task, "an Euler step misses": share },
        outcome: {
          learned: learned[share],
          true: exact[share],
          "of all": learned.missed,
          "left of all": learned.left,
        },
      })),
    ),
  ];
}

/** Costs over those of one inner model are of the same starts, so they vary less than costs do. */
function loopRows(rows: readonly LoopRow[], name: string, against: string): ResultRow[] {
  return rows.map(({ task, inner, scores }) => {
    const other = loopOf(rows, task, against);
    return resultRow({ task, [name]: inner }, scores, (own: LoopScores) => ({
      cost: meanCost(own),
      ...(other === undefined ? {} : { [`cost over ${against}'s`]: meanCost(own) / meanCost(other) }),
      "intervals violated": own.violated,
      "largest violation": own.largestViolation,
      "NFE a plan": own.nfe,
      "CPU ms a decision": own.milliseconds,
    }));
  });
}

function modelErrorRows({ predictions, loops }: ModelErrors): ResultRow[] {
  return loopRows(loops, "inner model, plant with friction", "RK4, true model").map((row, i) => {
    const error = predictions[i]?.error;
    if (error === undefined || typeof error !== "number" || isBroken(row.outcome)) return row;
    return { key: row.key, outcome: { "prediction error": error, ...row.outcome } };
  });
}

/** What came out, in a sentence a task. */
function verdictOf({ openLoop = [], closedLoop = [], modelErrors = [] }: Partial<ControlMetrics>): string {
  const tasks = [...new Set(openLoop.map(({ task }) => task))];
  return tasks
    .flatMap((task) => [
      predictionVerdict(openLoop, task),
      loopVerdict(closedLoop, task),
      shareVerdict(modelErrors, task),
    ])
    .filter((sentence) => sentence !== "")
    .join("\n");
}

function predictionVerdict(rows: readonly OpenLoopRow[], task: string): string {
  const error = (method: string): number | undefined => {
    const scores = rows.find((row) => row.task === task && row.method === method && row.steps === 1)?.scores;
    return scores === undefined || isBroken(scores) ? undefined : scores.horizon;
  };
  const [learned, euler, midpoint, rk4] = [
    error("HyperEuler"),
    error("Euler"),
    error("Midpoint") ?? error("midpoint"),
    error("RK4"),
  ];
  if (learned === undefined || euler === undefined || midpoint === undefined || rk4 === undefined) return "";
  return `${task}: at the end of a horizon HyperEuler is off by ${formatNumber(learned)} (Euler ${formatNumber(euler)}, midpoint ${formatNumber(midpoint)}, RK4 ${formatNumber(rk4)}).`;
}

function loopVerdict(rows: readonly LoopRow[], task: string): string {
  const [learned, rk4] = [loopOf(rows, task, "HyperEuler"), loopOf(rows, task, "RK4")];
  if (learned === undefined || rk4 === undefined) return "";
  const change = meanCost(learned) / meanCost(rk4) - 1;
  return `${task}: with HyperEuler inside, the closed loop costs ${formatPercent(Math.abs(change))} ${change < 0 ? "less" : "more"} than with RK4, and a decision takes ${formatNumber(learned.milliseconds)} ms of processor time instead of ${formatNumber(rk4.milliseconds)}.`;
}

function shareVerdict(all: readonly ModelErrors[], task: string): string {
  const shares = all.find((one) => one.shares.task === task)?.shares;
  if (shares === undefined) return "";
  const { learned, true: exact } = shares;
  return `${task} with friction: an Euler step of the nominal model misses ${formatNumber(learned.missed)}; of this h finds ${formatNumber(learned.model)} in the model (true: ${formatNumber(exact.model)}), g ${formatNumber(learned.truncation)} in the truncation (true: ${formatNumber(exact.truncation)}), and ${formatNumber(learned.left)} is left.`;
}

/** The report of a run. */
export const controlReport = (
  title: string,
  metrics: Partial<ControlMetrics>,
  figures: readonly Figure[],
): RunReport => ({
  title,
  lead: "Hypersolvers as inner models of receding-horizon controllers, one step a control interval: how far they are off under random controls, what the closed loop costs, and what they learn of a plant that has friction their model lacks.",
  verdict: verdictOf(metrics),
  facts: [],
  sections: [...rowSections(controlRows(metrics)), { heading: "Pictures", figures }],
  footnotes: [
    "Times are processor time, of all threads together, of the fastest of several runs.",
    "F. Berto, S. Massaroli, M. Poli, J. Park, Neural Solvers for Fast and Accurate Numerical Optimal Control, ICLR 2022.",
  ],
});
