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

/** Milliseconds: timers know no more. */
export const LONGEST_TIMER: number = 2 ** 31 - 1;

/** @param seconds from now on. */
export function startDeadline(seconds: number, context: RunContext): Deadline {
  const clock = clockOf(context);
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  let end = clock() + seconds * 1000;
  const left = (): number => (end - clock()) / 1000;
  let running: ReturnType<typeof setTimeout>;
  const watch = (): void => {
    const rest = 1000 * left();
    if (rest <= 0) stop();
    else running = setTimeout(watch, Math.min(LONGEST_TIMER, rest));
  };
  watch();
  if (context.signal?.aborted === true) stop();
  context.signal?.addEventListener("abort", stop);
  return {
    signal: controller.signal,
    left,
    spend: (spent) => {
      end -= spent * 1000;
      clearTimeout(running);
      watch();
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
