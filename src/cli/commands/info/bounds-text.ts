import type { SolveCalibration } from "../../../hypersolver/index.js";
import { textTable } from "../../../plot/index.js";
import { formatNumber } from "../../../plot/internal.js";

/** What bounds go by. */
const SCORES: Readonly<Record<SolveCalibration["score"], string>> = {
  predicted: "by errors that a small network predicts",
  own: "by what its corrections add",
  none: "one for all states",
};

/** Bounds of errors, a row a coverage, with what they promise. */
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
  const rows = levels.map(({ coverage, bounds }) => {
    const [least, most] = [Math.min(...bounds), Math.max(...bounds)].map(formatNumber);
    return [
      `${formatNumber(100 * coverage)} %`,
      least === most ? least : `${least} to ${most}`,
      String(bounds.length),
    ];
  });
  return [
    `Bounds of the errors of ${method} in ${steps === 1 ? "1 step" : `${steps} steps`} from s = ${t0} to ${t1}, ${SCORES[score]}; measured on ${samples} ` +
      `states against ${reference}:`,
    textTable(["coverage", "bounds", "bins"], rows),
    guarantee,
  ].join("\n");
}
