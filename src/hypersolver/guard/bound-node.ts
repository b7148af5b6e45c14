import { constant, less, type Node, where } from "../../graph/index.js";
import { largestScore, levelOf, type SolveCalibration } from "./solve-calibration.js";
import { rowNorms } from "./traits.js";

/** Which bounds a solver has as its second output. */
export interface BoundOutput {
  readonly calibration: SolveCalibration;
  /** The least calibrated coverage that is not below it is taken. */
  readonly coverage: number;
}

/** States whose norm is not below it broke: half of what float32 can say. */
const HUGE = 1e38;

/**
 * Bounds of errors as a node, [batch]: those of `boundOf`, infinite where a sample broke or corrections added more than any
 * in the calibration.
 * @throws INVALID_ARGUMENT for a coverage above all that were calibrated.
 */
export function boundNode(
  { end, scores }: { readonly end: Node; readonly scores: Node },
  { calibration, coverage }: BoundOutput,
): Node {
  const { edges, bounds } = levelOf(calibration, coverage);
  const number = (value: number): Node => constant(value, scores.dtype);
  const inBin = edges.reduceRight(
    (above, edge, bin) => where(less(scores, number(edge)), number(bounds[bin] ?? 0), above),
    number(bounds.at(-1) ?? 0),
  );
  const infinite = number(Number.POSITIVE_INFINITY);
  // A little above, since nothing is below the 0 of a method without scores.
  const largest = largestScore(calibration) * (1 + 1e-6) + 1e-30;
  const known = where(less(scores, number(largest)), inBin, infinite);
  return where(less(rowNorms(end), number(HUGE)), known, infinite);
}
