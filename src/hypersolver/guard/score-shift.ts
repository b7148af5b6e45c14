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

/** Most samples compared: with more, the test notices differences that do not matter. */
const MOST_SAMPLES = 1024;
/** A trait whose values differ by less, relatively, is a constant with rounding. */
const CONSTANT = 1e-4;

/** Compares scores and the traits they were predicted from, [n, traits], with those of a calibration. */
export type ShiftTest = (scores: Float64Array, traits?: Tensor) => ScoreShift | undefined;

/**
 * The two-sample Kolmogorov–Smirnov test of scores, and of each trait that they were predicted from, against those of the
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
  const seen = new Float64Array(MOST_SAMPLES * (1 + known.length));
  return (scores, traits) => {
    if (scores.length === 0) return undefined;
    const n = Math.min(MOST_SAMPLES, scores.length);
    const valuesOf = (column: number): Float64Array => seen.subarray(column * n, (column + 1) * n);
    pickScores(scores, n, seen);
    const looks = [{ ...ofScores, values: valuesOf(0) }];
    const [, width = 0] = traits?.shape ?? [];
    if (traits !== undefined && width === known.length) {
      // As `traitsOf` makes them.
      pickTraits(traits.data as Float32Array, width, n, seen.subarray(n));
      for (const { column, test } of ofTraits) looks.push({ ...test, values: valuesOf(1 + column) });
    }
    const chance = Math.sqrt(Math.log((2 * looks.length) / FALSE_ALARM) / 2);
    const limit = chance * Math.sqrt(1 / n + 1 / samples);
    const found = looks.map(({ distance, parts, values }): ScoreShift => {
      // Quantiles of few samples lie between these.
      return { distance: distance(values), limit: limit + 0.5 / parts };
    });
    const excess = (shift: ScoreShift): number => shift.distance - shift.limit;
    return found.reduce((most, each) => (excess(each) > excess(most) ? each : most));
  };
}

/** Copies n scores at equal distances. A loop of its own, as the next one: this is done for every solve. */
function pickScores(scores: Float64Array, n: number, to: Float64Array): void {
  const stride = scores.length / n;
  for (let i = 0; i < n; i++) to[i] = scores[Math.floor(i * stride)] as number;
}

/** Copies the traits of n samples at equal distances, column by column. */
function pickTraits(traits: Float32Array, width: number, n: number, to: Float64Array): void {
  const stride = traits.length / width / n;
  for (let i = 0; i < n; i++) {
    const row = Math.floor(i * stride) * width;
    for (let column = 0; column < width; column++) to[column * n + i] = traits[row + column] as number;
  }
}

const isConstant = (quantiles: readonly number[]): boolean => {
  const [low = 0, high = 0] = [quantiles[0], quantiles.at(-1)];
  return high - low <= CONSTANT * (Math.abs(low) + Math.abs(high));
};

/** How far values are from quantiles. */
interface DistanceTest {
  /** One less than there are quantiles. */
  readonly parts: number;
  distance(values: Float64Array): number;
}

/** Of a distribution function from that of quantiles of 0, 1/parts, …, 1, at these and just below them. */
function distanceTo(known: readonly number[]): DistanceTest {
  const quantiles = Float64Array.from(known);
  const count = quantiles.length;
  const parts = count - 1;
  const [low = 0, high = 0] = [quantiles[0], quantiles[parts]];
  const first = firstOfCells(quantiles);
  const cells = first.length - 1;
  const scale = cells / (high - low);
  // Values by how many quantiles are smaller, and those that are the next quantile.
  const smaller = new Uint32Array(count + 1);
  const equal = new Uint32Array(count + 1);
  const distance: DistanceTest["distance"] = (values) => {
    smaller.fill(0);
    equal.fill(0);
    const n = values.length;
    for (let i = 0; i < n; i++) {
      const value = values[i] as number;
      // All are below NaN.
      let rank = value <= low ? 0 : count;
      if (value > low) {
        const cell = (value - low) * scale;
        rank = first[cell < cells ? Math.floor(cell) : cells] as number;
        while (rank < count && (quantiles[rank] as number) < value) rank++;
      }
      (smaller[rank] as number)++;
      if (rank < count && quantiles[rank] === value) (equal[rank] as number)++;
    }
    let largest = 0;
    let upTo = 0;
    for (let k = 0; k < count; k++) {
      upTo += smaller[k] as number;
      const known = k / parts;
      // Of equal quantiles the first is where the known distribution function jumps from, the last where it jumps to.
      if (k === 0 || quantiles[k - 1] !== quantiles[k])
        largest = Math.max(largest, Math.abs(known - (upTo - (equal[k] as number)) / n));
      if (k === parts || quantiles[k + 1] !== quantiles[k])
        largest = Math.max(largest, Math.abs(known - upTo / n));
    }
    return largest;
  };
  return { parts, distance };
}

/** Cells of the table below, for each quantile. */
const CELLS = 16;

/**
 * Where to begin to look for how many quantiles are below a value, by its cell of the range of all, one cell lower in case of
 * rounding: halving intervals instead takes four times as long.
 */
function firstOfCells(quantiles: Float64Array): Uint32Array {
  const count = quantiles.length;
  const [low = 0, high = 0] = [quantiles[0], quantiles[count - 1]];
  const cells = CELLS * count;
  const first = new Uint32Array(cells + 1);
  for (let cell = 1, rank = 0; cell <= cells; cell++) {
    const edge = low + ((high - low) * (cell - 1)) / cells;
    while (rank < count && (quantiles[rank] as number) < edge) rank++;
    first[cell] = rank;
  }
  return first;
}

/** Whether it is more than chance. */
export const isShifted = (shift: ScoreShift | undefined): boolean =>
  shift !== undefined && shift.distance > shift.limit;

/** What a shift means, in one sentence or none. */
export function shiftWarnings(shift: ScoreShift | undefined): string[] {
  if (shift === undefined || !isShifted(shift)) return [];
  const [distance, limit] = [shift.distance, shift.limit].map((each) => each.toFixed(2));
  return [
    `these states look unlike those that error bounds were calibrated on (Kolmogorov–Smirnov distance ${distance}, ` +
      `by chance at most ${limit}): states or weights are of another kind, and the bounds may not hold`,
  ];
}
