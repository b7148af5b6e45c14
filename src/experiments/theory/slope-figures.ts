import type { Figure } from "../../plot/index.js";
import { paretoFront } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import type { LocalErrors } from "./local-errors.js";

/** Local error against step size, both logarithmic: a picture a base, a line for each δ. */
export function slopeFigures(rows: readonly LocalErrors[]): Figure[] {
  return [...new Set(rows.map(({ base }) => base))].map((base) => {
    const own = rows.filter((row) => row.base === base);
    const series = own.map(({ delta, errors }) => ({
      label: delta === undefined ? `${base} alone` : `δ = ${delta}`,
      role: delta === undefined ? ("base" as const) : ("hypersolver" as const),
      points: (isBroken(errors) ? [] : errors).map(({ epsilon, error }) => ({
        label: `ε = ${epsilon}`,
        nfe: epsilon,
        error,
      })),
    }));
    return paretoFront(
      series.filter(({ points }) => points.some(({ error }) => error > 0)),
      {
        name: `slope-${base.toLowerCase()}`,
        title: `Local errors of ${base} and of corrections that are off by δ`,
        errorLabel: "local truncation error",
        costLabels: { nfe: "step size ε" },
        labels: "none",
        caption: `Mean distance to the exact solution after one step. The lines are parallel, of slope ${(own[0]?.order ?? 0) + 1}, and a factor δ below that of the base; δ = 0 is rounding.`,
      },
    );
  });
}
