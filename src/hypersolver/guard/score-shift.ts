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
const MOST_SAMPLES = 1024;
/** A trait whose values differ by less, relatively, is a constant with rounding. */
const CONSTANT = 1e-4;

/** Compares scores and the traits they were foretold from, [n, traits], with those of a calibration. */
export type ShiftTest = (scores: Float64Array, traits?: Tensor) => ScoreShift | undefined;

/**
 * The two-sample Kolmogorov–Smirnov test of scores, and of each trait that they were foretold from, against those of the
 * calibration, of which files keep quantiles: distribution functions are compared there, from both sides where one jumps.
 * Samples that broke count as beyond all others. It sees other states, another field or other weights, as far as they change
 * what the solve knows of a sample. Prepared once, since it is done for every solve.
 * @returns a test that says nothing of a method without scores, and of no samples.
 */
export function shiftTest({ scores: own, samples, traits: known = [] }: SolveCalibration): ShiftTest {
  if (own.length < 2) return () => undefined;
  const ofScores = distanceTo(own);
  const ofTraits = known.flatMap((quantiles, column) =>
    isConstant(quantiles) ? [] : [{ column, test: distanceTo(quantiles) }],
  );
  return (scores, traits) => {
    if (scores.length === 0) return undefined;
    const n = Math.min(MOST_SAMPLES, scores.length);
    const [, width = 0] = traits?.shape ?? [];
    // As `traitsOf` makes them.
    const told = traits?.data as Float32Array | undefined;
    const looks = [{ test: ofScores, values: scores as Column["values"], width: 1, column: 0 }];
    for (const { column, test } of ofTraits)
      if (told !== undefined && column < width) looks.push({ test, values: told, width, column });
    const chance = Math.sqrt(Math.log((2 * looks.length) / FALSE_ALARM) / 2);
    const limit = chance * Math.sqrt(1 / n + 1 / samples);
    const found = looks.map(({ test, ...column }): ScoreShift => {
      // Quantiles of few samples lie between these.
      return { distance: test.distance(column, n), limit: limit + 0.5 / test.parts };
    });
    const excess = (shift: ScoreShift): number => shift.distance - shift.limit;
    return found.reduce((most, each) => (excess(each) > excess(most) ? each : most));
  };
}

const isConstant = (quantiles: readonly number[]): boolean => {
  const [low = 0, high = 0] = [quantiles[0], quantiles.at(-1)];
  return high - low <= CONSTANT * (Math.abs(low) + Math.abs(high));
};

/** A column of a matrix of so many. */
interface Column {
  readonly values: Float32Array | Float64Array;
  readonly width: number;
  readonly column: number;
}

/** How far the values of a column are from quantiles. */
interface DistanceTest {
  /** One less than there are quantiles. */
  readonly parts: number;
  /** Of n of the values, at equal distances. */
  distance(column: Column, n: number): number;
}

/** Of a distribution function from that of quantiles of 0, 1/parts, …, 1, at these and just below them. */
function distanceTo(known: readonly number[]): DistanceTest {
  const quantiles = Float64Array.from(known);
  const rankOf = ranks(quantiles);
  const parts = quantiles.length - 1;
  // Values by how many quantiles are smaller, and by how many are not larger.
  const smaller = new Uint32Array(parts + 2);
  const notLarger = new Uint32Array(parts + 2);
  const distance: DistanceTest["distance"] = ({ values, width, column }, n) => {
    smaller.fill(0);
    notLarger.fill(0);
    const stride = values.length / width / n;
    for (let i = 0; i < n; i++) {
      const value = values[Math.floor(i * stride) * width + column] as number;
      const first = rankOf(value);
      let last = first;
      while (quantiles[last] === value) last++;
      (smaller[first] as number)++;
      (notLarger[last] as number)++;
    }
    let [largest, below, upTo] = [0, 0, 0];
    for (let k = 0; k <= parts; k++) {
      below += notLarger[k] as number;
      upTo += smaller[k] as number;
      const [isFirst, isLast] = [quantiles[k - 1] !== quantiles[k], quantiles[k + 1] !== quantiles[k]];
      if (isFirst) largest = Math.max(largest, Math.abs(k / parts - below / n));
      if (isLast) largest = Math.max(largest, Math.abs(k / parts - upTo / n));
    }
    return largest;
  };
  return { parts, distance };
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
