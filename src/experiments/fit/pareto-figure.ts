import { type Figure, paretoFronts } from "../../plot/index.js";
import { methodSeries } from "../kit/method-series.js";
import { type ComparisonRow, measuredRows } from "./comparison.js";

/** Whether there is anything to draw: a method that did not break. */
export const hasErrors = (rows: readonly ComparisonRow[]): boolean =>
  measuredRows(rows).some(({ error }) => error > 0);

/** Error, or relative error, against evaluations, multiply–accumulates and time. */
export function paretoFigure(all: readonly ComparisonRow[], measure: "error" | "relative" = "error"): Figure {
  const rows = measuredRows(all);
  // A field without products has no MACs.
  const costs = (["nfe", "macs", "milliseconds"] as const).filter((cost) =>
    rows.some((row) => row[cost] > 0 && row.error > 0),
  );
  return paretoFronts(
    methodSeries(rows, ({ [measure]: value }) => value),
    { costs, ...(measure === "relative" && { errorLabel: "relative error" }) },
  );
}
