import { type Figure, type ParetoSeries, paretoFronts, trajectories } from "../../plot/index.js";
import { isBroken } from "../../tensor/index.js";
import { type LoopRow, loopOf, meanCost } from "./closed-loops.js";
import type { OpenLoopRow } from "./open-loop.js";
import { controlTasks } from "./tasks.js";

/** Error at the end of the horizon under random controls against evaluations and time: a picture a task. */
export function openLoopFigures(rows: readonly OpenLoopRow[]): Figure[] {
  return namesOf(rows).flatMap((task) => {
    const own = rows.filter((row) => row.task === task);
    const series = [...new Set(own.map(({ method }) => method))].map((label): ParetoSeries => {
      const points = own.flatMap(({ method, steps, scores }) =>
        method !== label || isBroken(scores)
          ? []
          : [{ label: `${steps} a control`, ...pick(scores), error: scores.horizon }],
      );
      return { label, role: own.find(({ method }) => method === label)?.role ?? "other", points };
    });
    const drawn = series.filter(({ points }) => points.length > 0);
    if (drawn.length === 0) return [];
    return [
      paretoFronts(drawn, {
        name: `random-controls-${task}`,
        title: `${task}: error under random controls`,
        errorLabel: "error at the end of the horizon",
        costs: ["nfe", "milliseconds"],
        labels: "none",
        caption:
          "Mean Euclidean distance to a tight solve after one horizon of random controls, each held for an interval; points are steps a control interval.",
      }),
    ];
  });
}

const pick = ({ nfe, milliseconds }: { nfe: number; milliseconds: number }) => ({ nfe, milliseconds });

const namesOf = (rows: readonly { readonly task: string }[]): string[] => [
  ...new Set(rows.map(({ task }) => task)),
];

/** Closed-loop cost against time of a decision: a picture a task, a point an inner model. */
export function loopFigures(rows: readonly LoopRow[], about: "nominal" | "friction"): Figure[] {
  return namesOf(rows).flatMap((task) => {
    const series = rows.flatMap(({ task: own, inner, role, scores }): ParetoSeries[] => {
      if (own !== task || isBroken(scores)) return [];
      const point = {
        label: inner,
        nfe: scores.nfe,
        milliseconds: scores.milliseconds,
        error: meanCost(scores),
      };
      return [{ label: inner, role, points: [point] }];
    });
    if (series.length === 0) return [];
    const friction = about === "friction" ? ", plant with friction" : "";
    return [
      paretoFronts(series, {
        name: `closed-loop-${about}-${task}`,
        title: `${task}${friction}: closed-loop cost by inner model`,
        errorLabel: "mean closed-loop cost",
        costLabels: { nfe: "evaluations a plan", milliseconds: "processor time of a decision (ms)" },
        costs: ["nfe", "milliseconds"],
        labels: "none",
        caption:
          "Mean cost of the plants against what a plan costs; every controller began from the same states.",
      }),
    ];
  });
}

/** Inner models whose loops are drawn, RK4 last: the others lie over it. */
const DRAWN = ["Euler", "HyperEuler", "RK4"];

/** Paths of the first plants in a plane of their states: a picture a task, a panel an inner model. */
export function pathFigures(rows: readonly LoopRow[]): Figure[] {
  return namesOf(rows).flatMap((task) => {
    const sets = DRAWN.flatMap((inner) => {
      const scores = loopOf(rows, task, inner);
      if (scores === undefined) return [];
      const points = scores.paths.length;
      const n = scores.paths[0]?.length ?? 0;
      const role = inner === "RK4" ? ("reference" as const) : rows.find((row) => row.inner === inner)?.role;
      return [
        {
          ...{ label: inner, states: scores.paths.flat(2), shape: [points, n, 2] as const },
          ...(role === undefined ? {} : { role }),
        },
      ];
    });
    if (sets.length === 0) return [];
    const { model, plane } = controlTasks[task] ?? {};
    const axes = (plane ?? []).map((column) => model?.stateNames[column] ?? "");
    return [
      trajectories(sets, {
        name: `paths-${task}`,
        title: `${task}: plants under control`,
        caption: `The first plants, ${axes[0]} across and ${axes[1]} up, under controllers that differ in their inner model; faint: RK4. Hollow points: starts.`,
      }),
    ];
  });
}
