import type { JobProgress } from "./queue.js";

/** How far a run that is watched has come: seconds it takes in all, as far as it shows. */
export interface Pace {
  heard(progress: JobProgress, now: number): void;
  /**
   * Seconds to the end of the part that is running now.
   * @param now seconds since the run began.
   * @returns undefined while nothing has moved.
   */
  seconds(now: number): { readonly seconds: number; readonly stage: string } | undefined;
}

/** A watch over one run, which tells its parts by name. */
export function startPace(): Pace {
  let part = { stage: "", begun: 0, first: 0, last: 0, total: 1 };
  return {
    heard: ({ stage, done, total }, now) => {
      if (stage !== part.stage) part = { stage, begun: now, first: done, last: done, total };
      part = { ...part, last: done, total };
    },
    seconds: (now) => {
      const { stage, begun, first, last, total } = part;
      const share = (last - first) / Math.max(1, total - first);
      return share <= 0 ? undefined : { stage, seconds: begun + (now - begun) / Math.min(1, share) };
    },
  };
}
