/** Wall-clock times of warm runs of the same work, in milliseconds. */
export interface Timing {
  /** Their median. */
  readonly milliseconds: number;
  readonly fastest: number;
  readonly slowest: number;
  /** How many. */
  readonly runs: number;
}

/** @param times at least one. */
export function timingOf(times: readonly number[]): Timing {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? 0;
  const last = sorted.length - 1;
  return {
    milliseconds: at(Math.floor(sorted.length / 2)),
    fastest: at(0),
    slowest: at(last),
    runs: sorted.length,
  };
}
