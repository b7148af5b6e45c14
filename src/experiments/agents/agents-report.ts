import { type Figure, type ParetoSeries, paretoFronts } from "../../plot/index.js";
import { formatNumber } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import type { RunReport } from "../kit/report.js";
import { brokenOf, type ResultRow } from "../kit/result-row.js";
import { rowSections } from "../kit/row-tables.js";
import type { LeftOut } from "./left-out.js";
import { geometricMean, type Ratio } from "./measuring.js";
import { agentNames, costAt, rivalNames, type SteeredPoint, type Steering } from "./steering.js";
import type { WithinFamily } from "./within-family.js";

/** What `metrics.json` holds beside the facts of every run. */
export interface AgentsMetrics {
  readonly within: readonly WithinFamily[];
  readonly leftOut: readonly LeftOut[];
  readonly steering: readonly Steering[];
}

/** The numbers of a run by key. */
export function agentsRows({
  within = [],
  leftOut = [],
  steering = [],
}: Partial<AgentsMetrics>): ResultRow[] {
  return [
    ...within.flatMap(withinRows),
    ...within.flatMap(({ family, adapted }) =>
      adapted.map(
        ({ what, steps, ratio }): ResultRow => ({
          key: { "member of": family, correction: what, "iterations on it": steps },
          outcome: { "error over Heun's": ratio },
        }),
      ),
    ),
    ...leftOut.flatMap(({ family, results }) =>
      results.map((found) =>
        ratioRow({ "left out": family, correction: found.what }, "error over Heun3's", found),
      ),
    ),
    ...steering.flatMap(steeringRows),
  ];
}

const ratioRow = (key: ResultRow["key"], name: string, found: Ratio): ResultRow => ({
  key,
  outcome: isBroken(found) ? brokenOf(found) : { [name]: found.ratio },
});

function withinRows({ family, unseen, beyond }: WithinFamily): ResultRow[] {
  const rows = (members: string, ratios: readonly Ratio[]): ResultRow[] =>
    ratios.map((found) => ratioRow({ family, members, correction: found.what }, "error over Heun's", found));
  return [...rows("unseen", unseen), ...rows("beyond the family", beyond)];
}

/** Agents, with what their rivals cost at the same error. */
function steeringRows({ family, points }: Steering): ResultRow[] {
  const agents = points.filter(({ by }) => Object.values<string>(agentNames).includes(by));
  const fronts = Object.values(rivalNames).map(
    (by) => [by, points.filter((point) => point.by === by)] as const,
  );
  return agents.map((agent) => {
    const rivals = fronts.flatMap(([by, front]) => {
      const cost = costAt(front, agent.error);
      return cost === undefined ? [] : [[`cost of ${by}`, cost] as const];
    });
    return {
      key: { "steered family": family, agent: agent.by, λ: agent.setting },
      outcome: { error: agent.error, cost: agent.cost, ...Object.fromEntries(rivals) },
    };
  });
}

/** What agents cost over what a rival costs at their errors, geometric mean over families and λ. */
function overRival(steering: readonly Steering[], by: string, rival: string): number | undefined {
  const ratios = steering.flatMap(({ points }) => {
    const front = points.filter((point) => point.by === rival);
    return points.flatMap((point) => {
      const cost = point.by === by ? costAt(front, point.error) : undefined;
      return cost === undefined ? [] : [point.cost / cost];
    });
  });
  return ratios.length === 0 ? undefined : geometricMean(ratios);
}

function verdict({ within = [], leftOut = [], steering = [] }: Partial<AgentsMetrics>): string {
  const sentences: string[] = [];
  const mean = (found: readonly (Ratio | undefined)[]): string =>
    formatNumber(
      geometricMean(found.flatMap((one) => (one === undefined || isBroken(one) ? [] : one.ratio))),
    );
  if (within.length > 0) {
    const of = (what: string): string =>
      mean(within.map(({ unseen }) => unseen.find((other) => other.what === what)));
    sentences.push(
      `On members that they have not seen, corrections of a family have ${of("told the parameters")} of the base's error where they are told the parameters, ${of("told nothing")} where they are not.`,
    );
  }
  if (leftOut.length > 0) {
    const ratio = mean(leftOut.map(({ results }) => results[0]));
    sentences.push(`On a family that it has not seen, a correction of the others has ${ratio} of it.`);
  }
  const [pi, hyper] = [rivalNames.pi, rivalNames.hyper].map((rival) =>
    overRival(steering, agentNames.both, rival),
  );
  if (pi !== undefined && hyper !== undefined)
    sentences.push(
      `Agents that choose ε and g cost ${formatNumber(pi)} times what PI control costs at their errors, and ${formatNumber(hyper)} times what the same correction costs in fixed steps.`,
    );
  return sentences.join(" ");
}

/** Rivals with errors so many times the agents' explode: they would hide everything else. */
const MOST_SHOWN = 100;

/** Error against cost, one picture a family. */
export function steeringFigures(steering: readonly Steering[]): Figure[] {
  return steering.map(({ family, points: all }, i) => {
    const names = [...Object.values(agentNames), ...Object.values(rivalNames)];
    const isAgent = ({ by }: SteeredPoint): boolean => roleOf(by) === "hypersolver";
    const most = MOST_SHOWN * Math.max(...all.filter(isAgent).map(({ error }) => error));
    const points = all.filter(({ error }) => error <= most);
    const series = names.map(
      (label): ParetoSeries => ({
        label,
        role: roleOf(label),
        points: points.filter(({ by }) => by === label).map(pointOf),
      }),
    );
    return paretoFronts(
      series.filter((one) => one.points.length > 0),
      {
        name: `steering-${i + 1}`,
        title: `Agents and step control: ${family}`,
        costs: ["nfe"],
        costLabels: { nfe: "cost (evaluations of f; one of g is half of one)" },
        errorLabel: "mean error at the end",
        labels: "none",
        width: 480,
        height: 320,
        caption:
          "One point a tolerance, number of steps, or λ. Steps are controlled sample by sample." +
          (points.length < all.length ? ` Errors above ${formatNumber(most)} are left out.` : ""),
      },
    );
  });
}

const roleOf = (label: string): NonNullable<ParetoSeries["role"]> => {
  if (Object.values<string>(agentNames).includes(label)) return "hypersolver";
  if (label === rivalNames.pi) return "base";
  return label === rivalNames.dopri5 ? "reference" : "other";
};

const pointOf = ({ setting, error, cost }: SteeredPoint): ParetoSeries["points"][number] => ({
  label: `setting ${setting}`,
  nfe: cost,
  error,
});

/** What came out. */
export function agentsReport(
  title: string,
  metrics: Partial<AgentsMetrics>,
  figures: readonly Figure[],
): RunReport {
  return {
    title,
    lead: "Errors are mean distances to dopri5 at 1e-8 in float64 at the end of the span, over those of the base in the same steps; below 1 a correction helps. Costs are evaluations of f and, as half of one each, of g.",
    verdict: verdict(metrics),
    facts: [],
    sections: [...rowSections(agentsRows(metrics)), { heading: "Agents against step control", figures }],
    footnotes: [
      "M. Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020, section 6.",
    ],
  };
}
