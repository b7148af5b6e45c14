import { type Figure, seriesCurve } from "../../plot/index.js";
import type { Role } from "../../plot/internal.js";
import type { ContinualMetrics } from "./continual-metrics.js";
import type { Following } from "./following.js";

/** Errors over each training, and the proposition over all of them. */
export function continualFigures({ follow = [] }: Partial<ContinualMetrics>): Figure[] {
  const drawn = follow.filter(({ points }) => points.length > 1);
  return [...drawn.map(errorFigure), ...(drawn.length === 0 ? [] : [propositionFigure(drawn)])];
}

const roles: Readonly<Record<string, Role>> = { "no g": "base", frozen: "other", refitted: "reference" };

function errorFigure({ learningRate, points }: Following): Figure {
  const names = [...new Set(points.flatMap(({ errors }) => Object.keys(errors)))];
  const curves = names.map((label) => {
    const known = points.filter(({ errors }) => (errors[label] ?? 0) > 0);
    return {
      label,
      role: roles[label] ?? ("hypersolver" as const),
      values: known.map(({ errors }) => errors[label] ?? Number.NaN),
      iterations: known.map(({ iteration }) => iteration),
    };
  });
  return seriesCurve(
    curves.filter(({ values }) => values.length > 0),
    {
      name: `errors-${learningRate}`,
      title: `Errors while the field trains on, Adam at ${learningRate}`,
      axisLabel: "iterations of the field since g was fitted",
      valueLabel: "relative error at the end of the span",
      scale: "log",
      caption: "HyperHeun of four steps against dopri5 at 1e-5, on fresh data.",
    },
  );
}

function propositionFigure(follow: readonly Following[]): Figure {
  const curves = follow.flatMap(({ learningRate, points }) => {
    const iterations = points.map(({ iteration }) => iteration);
    return [
      {
        label: `‖Δf‖ at ${learningRate}`,
        role: "hypersolver" as const,
        values: points.map(({ change }) => change),
        iterations,
      },
      {
        label: `bound at ${learningRate}`,
        role: "base" as const,
        values: points.map(({ bound }) => bound),
        iterations,
      },
    ];
  });
  return seriesCurve(curves, {
    name: "proposition-1",
    title: "How far an iteration moves the field, and how far it may",
    axisLabel: "iterations of the field since g was fitted",
    valueLabel: "root mean square over states",
    scale: "log",
    caption: "Bound: η L ‖Γ‖, L by power iteration at both ends and in the middle of the iteration's step.",
  });
}
