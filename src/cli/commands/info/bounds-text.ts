import type { SolveCalibration } from "../../../hypersolver/index.js";
import { textTable } from "../../../plot/index.js";
import { formatNumber } from "../../../plot/internal.js";

/** Bounds of errors, a row a coverage and a column a bin of scores, with what they promise. */
export function boundsText({
  method,
  steps,
  span,
  samples,
  reference,
  score,
  levels,
  guarantee,
}: SolveCalibration): string {
  const [t0, t1] = span;
  const edges = levels[0]?.edges ?? [];
  const labels =
    edges.length === 0 ? ["bound"] : [...edges.map((edge) => `score < ${formatNumber(edge)}`), "above"];
  const rows = levels.map(({ coverage, bounds }) => [
    `${formatNumber(100 * coverage)} %`,
    ...bounds.map(formatNumber),
  ]);
  const by = score === "own" ? "by what its corrections add (the score)" : "one for all states";
  return [
    `Bounds of the errors of ${method} in ${steps === 1 ? "1 step" : `${steps} steps`} from s = ${t0} to ${t1}, ${by}; measured on ${samples} ` +
      `states against ${reference}:`,
    textTable(["coverage", ...labels], rows),
    guarantee,
  ].join("\n");
}
