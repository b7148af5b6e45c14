import type { Span } from "../problem/mesh.js";
import type { Solution, SolutionRecorder } from "../problem/solution.js";
import { DEFAULT_MAX_STEPS } from "../step-control/step-control.js";

/** A solve in pieces: how one is solved, and what happens between two. */
export interface Segments<Y> {
  /** The ends of the segments, the start first. */
  readonly times: readonly number[];
  /** Attempted steps of all segments together. Default 100,000. */
  readonly maxSteps?: number | undefined;
  /** Solves one segment. */
  advance(span: Span, y: Y, maxSteps: number): Promise<Solution<Y>>;
  /** Sees the state that arrives at times[i]; returns the state to go on from. */
  arrive(y: Y, i: number): Y;
}

/**
 * A solve that stops and starts anew at every given time: all of them are step boundaries.
 * @param recorder adds up what the segments cost.
 * @returns the outcome of the whole; its last good state is the one that was gone on from.
 */
export async function integrateSegments<Y>(
  recorder: SolutionRecorder<Y>,
  y0: Y,
  { times, maxSteps = DEFAULT_MAX_STEPS, advance, arrive }: Segments<Y>,
): Promise<Solution<Y>> {
  const end = times.at(-1) ?? 0;
  let y = y0;
  for (const [i, s1] of times.entries()) {
    const s = times[i - 1];
    if (s === undefined) continue;
    if (recorder.triedSteps >= maxSteps) return recorder.stepLimit(end);
    const { status, message, statistics, lastGood, firstBadIndex } = await advance(
      [s, s1],
      y,
      maxSteps - recorder.triedSteps,
    );
    recorder.nfe += statistics.nfe;
    recorder.acceptedSteps += statistics.acceptedSteps;
    recorder.rejectedSteps += statistics.rejectedSteps;
    recorder.lastGood = lastGood;
    if (status === "step-limit") return recorder.stepLimit(end);
    if (status !== "success") return recorder.finish(status, message, firstBadIndex);
    y = arrive(lastGood.y, i);
    recorder.lastGood = { s: s1, y };
  }
  return recorder.succeed();
}
