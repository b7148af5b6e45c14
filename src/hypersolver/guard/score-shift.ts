import { type Tensor, toFloat64 } from "../../tensor/index.js";
import { FALSE_ALARM } from "./beyond-chance.js";
import type { SolveCalibration } from "./solve-calibration.js";

/** How differently a solve sees its samples than those of a calibration. */
export interface ScoreShift {
  /** Kolmogorov–Smirnov: the largest distance of the two distribution functions, of what differs most. */
  readonly distance: number;
  /** What chance exceeds once in a thousand times where nothing differs, all that is looked at together. */
  readonly limit: number;
}

/** Samples that are looked at, at most: more see what does not matter. */
const MOST_SAMPLES = 4096;
/** A trait whose values differ by less, relatively, is a constant with rounding. */
const CONSTANT = 1e-4;

/**
 * The two-sample Kolmogorov–Smirnov test of scores, and of each trait that they were foretold from, against those of the
 * calibration, of which files keep quantiles: what is between two of them is taken to be spread evenly, and the limit allows
 * for half of that. Samples that broke count as beyond all others. It sees other states, another field or other weights, as
 * far as they change what the solve knows of a sample.
 * @param traits [n, traits].
 * @returns undefined for a method without scores.
 */
export function scoreShift(
  { scores: quantiles, samples, traits: known = [] }: SolveCalibration,
  scores: Float64Array,
  traits?: Tensor,
): ScoreShift | undefined {
  if (quantiles.length < 2 || scores.length === 0) return undefined;
  const columns = traits === undefined ? [] : columnsOf(traits);
  const compared = [
    { quantiles, values: scores },
    ...known.flatMap((own, j) => {
      const values = columns[j];
      return values === undefined || isConstant(own) ? [] : [{ quantiles: own, values }];
    }),
  ];
  const n = Math.min(MOST_SAMPLES, scores.length);
  const found = compared.map(({ quantiles: own, values }): ScoreShift => {
    const chance = Math.sqrt(Math.log((2 * compared.length) / FALSE_ALARM) / 2);
    const limit = chance * Math.sqrt(1 / n + 1 / samples) + 0.5 / (own.length - 1);
    return { distance: largestDistance(own, thinned(values, n)), limit };
  });
  const excess = ({ distance, limit }: ScoreShift): number => distance - limit;
  return found.reduce((most, each) => (excess(each) > excess(most) ? each : most));
}

const isConstant = (quantiles: readonly number[]): boolean => {
  const [low = 0, high = 0] = [quantiles[0], quantiles.at(-1)];
  return high - low <= CONSTANT * (Math.abs(low) + Math.abs(high));
};

function columnsOf(traits: Tensor): Float64Array[] {
  const [count = 0, width = 0] = traits.shape;
  const values = toFloat64(traits);
  return Array.from({ length: width }, (_, j) =>
    Float64Array.from({ length: count }, (_row, i) => values[i * width + j] ?? 0),
  );
}

const thinned = (values: Float64Array, n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => values[Math.floor((i * values.length) / n)] ?? 0);

/** Of the distribution function of values from the one through quantiles, from both sides where one jumps. */
function largestDistance(quantiles: readonly number[], values: Float64Array): number {
  const sorted = values.map((value) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value)).sort();
  const n = sorted.length;
  let largest = 0;
  for (let i = 0; i < n; ) {
    const value = sorted[i] as number;
    let next = i + 1;
    while (sorted[next] === value) next++;
    const before = Math.abs(share(quantiles, value, (quantile) => quantile < value) - i / n);
    const after = Math.abs(share(quantiles, value, (quantile) => quantile <= value) - next / n);
    largest = Math.max(largest, before, after);
    i = next;
  }
  return largest;
}

/** The distribution function through quantiles of 0, 1/parts, …, 1, at a value or just below. */
function share(quantiles: readonly number[], value: number, isBelow: (quantile: number) => boolean): number {
  const parts = quantiles.length - 1;
  const below = quantiles.filter(isBelow).length;
  if (below === 0) return 0;
  const [low = 0, high] = [quantiles[below - 1], quantiles[below]];
  return high === undefined ? 1 : (below - 1 + (value - low) / (high - low)) / parts;
}

/** Whether it is more than chance. */
export const isShifted = (shift: ScoreShift | undefined): boolean =>
  shift !== undefined && shift.distance > shift.limit;

/** What a shift means, in one sentence or none. */
export function shiftWarnings(shift: ScoreShift | undefined): string[] {
  if (shift === undefined || !isShifted(shift)) return [];
  const [distance, limit] = [shift.distance, shift.limit].map((each) => each.toFixed(2));
  return [
    `what the solver sees of these states is distributed otherwise than where error bounds were calibrated (Kolmogorov–Smirnov ` +
      `distance ${distance}, by chance at most ${limit}): states or weights are of another kind, and the bounds may not hold`,
  ];
}
