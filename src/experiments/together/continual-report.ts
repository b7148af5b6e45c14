import type { Figure } from "../../plot/index.js";
import { isBroken } from "../../tensor/index.js";
import type { RunFacts } from "../kit/experiment.js";
import type { RunReport } from "../kit/report.js";
import { brokenOf, type ResultRow } from "../kit/result-row.js";
import { rowSections } from "../kit/row-tables.js";
import type { ContinualMetrics } from "./continual-metrics.js";
import type { Following } from "./following.js";

/** Errors of hypersolvers by learning rate, both sides of the proposition, and trainings from scratch. */
export function continualRows({ follow = [], scratch = [] }: Partial<ContinualMetrics>): ResultRow[] {
  return [
    ...follow.flatMap(errorRows),
    ...follow.flatMap(propositionRows),
    ...scratch.map((course) => {
      const key = { "from scratch by": course.label };
      if (isBroken(course)) return { key, outcome: brokenOf(course) };
      const end = course.points.at(-1);
      const outcome: Record<string, number> = {
        NLL: course.best,
        "evaluations (thousands)": (end?.evaluations ?? 0) / 1000,
        "time (s)": end?.seconds ?? 0,
      };
      if (end?.error !== undefined) outcome["relative error, last"] = end.error;
      return { key, outcome };
    }),
  ];
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value / values.length, 0);

/** Means over the measurements; ratios to what was fitted anew are of measurements that have it. */
function errorRows({ learningRate, points }: Following): ResultRow[] {
  const names = [...new Set(points.flatMap(({ errors }) => Object.keys(errors)))];
  const refits = points.filter(({ errors }) => errors.refitted !== undefined);
  return names.map((name) => {
    const of = (some: Following["points"]): number[] => some.flatMap(({ errors }) => errors[name] ?? []);
    const outcome: Record<string, number> = {
      "relative error, mean": mean(of(points)),
      "at the end": of(points).at(-1) ?? Number.NaN,
    };
    if (refits.length > 0)
      outcome["over refitted"] = mean(of(refits)) / mean(refits.map(({ errors }) => errors.refitted ?? 0));
    return { key: { "learning rate": learningRate, hypersolver: name }, outcome };
  });
}

function propositionRows({ learningRate, points }: Following): ResultRow[] {
  if (points.length === 0) return [];
  const ratios = points.map(({ change, bound }) => change / bound);
  const outcome = {
    "‖Δf‖": mean(points.map(({ change }) => change)),
    "η L ‖Γ‖": mean(points.map(({ bound }) => bound)),
    L: mean(points.map(({ sensitivity }) => sensitivity)),
    "ratio, mean": mean(ratios),
    "ratio, largest": Math.max(...ratios),
  };
  return [{ key: { "Adam at": learningRate }, outcome }];
}

export const continualReport = (
  metrics: Partial<ContinualMetrics> & RunFacts,
  figures: readonly Figure[],
): RunReport => ({
  title: "Hypersolvers that follow a field in training",
  lead:
    "A flow is trained by maximum likelihood in fixed RK4 steps. HyperHeun of four steps is fitted once; then the field trains on, and copies of g are left as they are, follow with so many updates an iteration, or are fitted anew. " +
    "Errors are relative, at the end of the span, on fresh data. Below, both sides of proposition 1, and flows that a hypersolver trained from scratch; their NLL is by dopri5 at 1e-5.",
  facts: [],
  sections: [...rowSections(continualRows(metrics)), { heading: "Over training", figures }],
  footnotes: [
    "Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020, proposition 1: ‖Δf‖ ≤ η L_θ ‖Γ(∇L)‖, with Γ what Adam makes of the gradient.",
  ],
});
