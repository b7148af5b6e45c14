import type { RunContext } from "../../runtime/index.js";
import { clockOf } from "../../runtime/internal.js";

/** How long a search may go on. */
export interface Deadline {
  /** Raised when the time is over, or with the run's own signal. */
  readonly signal: AbortSignal;
  /** Seconds left. */
  left(): number;
  /** Counts what an earlier session has spent. */
  spend(seconds: number): void;
  progress(): { readonly done: number; readonly total: number };
  release(): void;
}

/** @param seconds from now on. */
export function startDeadline(seconds: number, context: RunContext): Deadline {
  const clock = clockOf(context);
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  let end = clock() + seconds * 1000;
  const left = (): number => (end - clock()) / 1000;
  // Timers know no more than 2^31 milliseconds.
  const timer = (): ReturnType<typeof setTimeout> =>
    setTimeout(stop, Math.min(2 ** 31 - 1, Math.max(0, 1000 * left())));
  let running = timer();
  if (context.signal?.aborted === true) stop();
  context.signal?.addEventListener("abort", stop);
  return {
    signal: controller.signal,
    left,
    spend: (spent) => {
      end -= spent * 1000;
      clearTimeout(running);
      running = timer();
    },
    progress: () => {
      const total = Math.max(1, Math.ceil(seconds));
      return { done: Math.min(total, Math.max(0, Math.round(seconds - left()))), total };
    },
    release: () => {
      clearTimeout(running);
      context.signal?.removeEventListener("abort", stop);
    },
  };
}
