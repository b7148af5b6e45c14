import { type Figure, seriesCurve, type Table, textTable } from "../../plot/index.js";
import { formatNumber } from "../../plot/internal.js";
import { type ComparisonRow, measuredRows } from "./comparison.js";

/** Shares of the states' size that one asks for: rough, good, fine, exact to the eye. */
const ENOUGH = [0.1, 0.03, 0.01, 0.003];

/** Relative errors of every method by its number of evaluations: which number is enough? */
export function stepCurveText(rows: readonly ComparisonRow[]): string {
  const [curve, enough] = [curveTable(rows), enoughTable(rows)];
  return [
    "Error over the size of the states, by evaluations of f:",
    textTable(curve.columns, curve.rows),
    "",
    "Fewest evaluations from which on the error stays below a share of that size:",
    textTable(enough.columns, enough.rows),
  ].join("\n");
}

const methodsOf = (rows: readonly ComparisonRow[]): string[] => [
  ...new Set(rows.map(({ method }) => method)),
];

/** A line a number of evaluations, a column a method. */
function curveTable(all: readonly ComparisonRow[]): Table {
  const rows = measuredRows(all);
  const counts = [...new Set(rows.map(({ nfe }) => nfe))].sort((a, b) => a - b);
  const methods = methodsOf(rows);
  return {
    columns: ["evaluations", ...methods],
    rows: counts.map((nfe) => [
      nfe,
      ...methods.map((method) => {
        const row = rows.find((one) => one.method === method && one.nfe === nfe);
        return row === undefined ? "" : formatNumber(row.relative);
      }),
    ]),
  };
}

/** The fewest evaluations of every method that are enough, with those after it. */
export function enoughTable(all: readonly ComparisonRow[]): Table {
  const rows = measuredRows(all);
  return {
    columns: [{ label: "method", align: "left" }, ...ENOUGH.map((share) => `${formatNumber(100 * share)} %`)],
    rows: methodsOf(rows).map((method) => {
      const own = rows.filter((row) => row.method === method).sort((a, b) => b.nfe - a.nfe);
      const fewest = (share: number): number | string => {
        const above = own.findIndex(({ relative }) => relative > share);
        const last = own[(above < 0 ? own.length : above) - 1];
        return last?.nfe ?? "more";
      };
      return [method, ...ENOUGH.map(fewest)];
    }),
  };
}

/** The same as a picture. */
export function stepCurveFigure(all: readonly ComparisonRow[]): Figure {
  const rows = measuredRows(all).filter(({ relative }) => relative > 0);
  const curves = methodsOf(rows).map((label) => {
    const own = rows.filter(({ method }) => method === label);
    return {
      label,
      values: own.map(({ relative }) => relative),
      iterations: own.map(({ nfe }) => nfe),
    };
  });
  return seriesCurve(curves, {
    name: "curve",
    title: "How many evaluations are enough",
    axisLabel: "evaluations of f",
    valueLabel: "error over the states' size",
    scale: "log",
    caption: "Mean distance to the reference at the end of the span over its mean norm, by evaluations of f.",
  });
}
