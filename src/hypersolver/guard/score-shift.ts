import type { Tensor } from "../../tensor/index.js";
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
const MOST_SAMPLES = 2048;
/** A trait whose values differ by less, relatively, is a constant with rounding. */
const CONSTANT = 1e-4;

/**
 * The two-sample Kolmogorov–Smirnov test of scores, and of each trait that they were foretold from, against those of the
 * calibration, of which files keep quantiles: distribution functions are compared there, from both sides where one jumps.
 * Samples that broke count as beyond all others. It sees other states, another field or other weights, as far as they change
 * what the solve knows of a sample.
 * @param traits [n, traits].
 * @returns undefined for a method without scores.
 */
export function scoreShift(
  { scores: quantiles, samples, traits: known = [] }: SolveCalibration,
  scores: Float64Array,
  traits?: Tensor,
): ScoreShift | undefined {
  if (quantiles.length < 2 || scores.length === 0) return undefined;
  const n = Math.min(MOST_SAMPLES, scores.length);
  const [, width = 0] = traits?.shape ?? [];
  // As `traitsOf` makes them.
  const told = traits?.data as Float32Array | undefined;
  const compared = [
    { quantiles, values: thinned(scores, { width: 1, column: 0 }, n) },
    ...known.slice(0, width).flatMap((own, j) => {
      if (told === undefined || isConstant(own)) return [];
      return { quantiles: own, values: thinned(told, { width, column: j }, n) };
    }),
  ];
  const chance = Math.sqrt(Math.log((2 * compared.length) / FALSE_ALARM) / 2);
  const limit = chance * Math.sqrt(1 / n + 1 / samples);
  const found = compared.map(({ quantiles: own, values }): ScoreShift => {
    // Quantiles of few samples lie between these.
    const between = 0.5 / (own.length - 1);
    return { distance: largestDistance(own, values), limit: limit + between };
  });
  const excess = ({ distance, limit: own }: ScoreShift): number => distance - own;
  return found.reduce((most, each) => (excess(each) > excess(most) ? each : most));
}

const isConstant = (quantiles: readonly number[]): boolean => {
  const [low = 0, high = 0] = [quantiles[0], quantiles.at(-1)];
  return high - low <= CONSTANT * (Math.abs(low) + Math.abs(high));
};

/** So many values of a column, at equal distances. A loop: this is done for every solve. */
function thinned(
  told: Float32Array | Float64Array,
  { width, column }: { readonly width: number; readonly column: number },
  n: number,
): Float64Array {
  const values = new Float64Array(n);
  const stride = told.length / width / n;
  for (let i = 0; i < n; i++) values[i] = told[Math.floor(i * stride) * width + column] ?? Number.NaN;
  return values;
}

/** Of the distribution function of values from that of quantiles of 0, 1/parts, …, 1, at these and just below them. */
function largestDistance(known: readonly number[], values: Float64Array): number {
  const quantiles = Float64Array.from(known);
  const rankOf = ranks(quantiles);
  const n = values.length;
  const parts = quantiles.length - 1;
  // Values by how many quantiles are smaller, and by how many are not larger.
  const smaller = new Uint32Array(parts + 2);
  const notLarger = new Uint32Array(parts + 2);
  for (const value of values) {
    const first = rankOf(value);
    let last = first;
    while (quantiles[last] === value) last++;
    smaller[first] = (smaller[first] ?? 0) + 1;
    notLarger[last] = (notLarger[last] ?? 0) + 1;
  }
  let [largest, below, upTo] = [0, 0, 0];
  for (let k = 0; k <= parts; k++) {
    below += notLarger[k] ?? 0;
    upTo += smaller[k] ?? 0;
    const [isFirst, isLast] = [quantiles[k - 1] !== quantiles[k], quantiles[k + 1] !== quantiles[k]];
    if (isFirst) largest = Math.max(largest, Math.abs(k / parts - below / n));
    if (isLast) largest = Math.max(largest, Math.abs(k / parts - upTo / n));
  }
  return largest;
}

/** Cells of the table below, for each quantile. */
const CELLS = 4;

/**
 * How many quantiles are below a value; all are for NaN. The search begins where a table has it for the cell of the value, one
 * cell lower in case of rounding: halving intervals instead took as long as the fastest solves.
 */
function ranks(quantiles: Float64Array): (value: number) => number {
  const count = quantiles.length;
  const [low = 0, high = 0] = [quantiles[0], quantiles[count - 1]];
  const cells = CELLS * count;
  const first = new Uint32Array(cells + 1);
  for (let cell = 1, rank = 0; cell <= cells; cell++) {
    const edge = low + ((high - low) * (cell - 1)) / cells;
    while (rank < count && (quantiles[rank] as number) < edge) rank++;
    first[cell] = rank;
  }
  const scale = cells / (high - low);
  return (value) => {
    if (!(value > low)) return value <= low ? 0 : count;
    let rank = first[Math.min(cells, Math.floor((value - low) * scale))] as number;
    while (rank < count && (quantiles[rank] as number) < value) rank++;
    return rank;
  };
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
