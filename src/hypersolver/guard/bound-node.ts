import { cast, constant, gemm, less, type Node, reshape, where } from "../../graph/index.js";
import { fromNumbers, type Shape } from "../../tensor/index.js";
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
  const inBin = edges.length === 0 ? number(bounds[0] ?? 0) : ofBins(scores, edges, bounds);
  const infinite = number(Number.POSITIVE_INFINITY);
  // A little above, since nothing is below the 0 of a method without scores.
  const largest = largestScore(calibration) * (1 + 1e-6) + 1e-30;
  const known = where(less(scores, number(largest)), inBin, infinite);
  return where(less(rowNorms(end), number(HUGE)), known, infinite);
}

/** The bound of the bin that each score is in, [batch]: one row a bin, which is 1 where the score is in it and else 0. */
function ofBins(scores: Node, edges: readonly number[], bounds: readonly number[]): Node {
  const [batch = 1] = scores.shape;
  const matrix = (values: readonly number[], shape: Shape): Node =>
    constant(fromNumbers(values, shape, scores.dtype));
  const count = edges.length;
  const isBelow = cast(less(reshape(scores, [1, batch]), matrix(edges, [count, 1])), scores.dtype);
  // Below its own edge, and not below the one before; all are below the edge that the last bin lacks.
  const difference = bounds.flatMap((_, bin) =>
    edges.map((_edge, edge) => Number(edge === bin) - Number(edge === bin - 1)),
  );
  const rest = bounds.map((_, bin) => Number(bin === count));
  const isIn = gemm(matrix(difference, [count + 1, count]), isBelow, matrix(rest, [count + 1, 1]));
  return reshape(gemm(matrix(bounds, [1, count + 1]), isIn), [batch]);
}
