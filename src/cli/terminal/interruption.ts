import type { Output } from "./output.js";

/** Exit code of a process that was stopped from the keyboard. */
export const INTERRUPTED_EXIT = 130;

export interface Interruption {
  readonly signal: AbortSignal;
  /** Gives Ctrl-C its usual meaning back. */
  release(): void;
}

/** What the first Ctrl-C leads to in a fit. */
export const FIT_STOPS =
  "Stopping: if the fit has begun, the best correction so far is measured and written.";

/** What the first Ctrl-C leads to in an experiment, which trains, fits and measures. */
export const EXPERIMENT_STOPS = "Stopping: what was trained and fitted so far is written.";

/** What the first Ctrl-C leads to in a training. */
export const TRAINING_STOPS = "Stopping: the best flow so far is measured and written.";

/** The first Ctrl-C raises the signal and says what happens now; the second ends the process at once. */
export function onInterrupt(output: Output, message: string): Interruption {
  const controller = new AbortController();
  const handler = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED_EXIT);
    controller.abort();
    output.note(`\n${message} Press Ctrl-C again to quit at once.`);
  };
  process.on("SIGINT", handler);
  return { signal: controller.signal, release: () => void process.off("SIGINT", handler) };
}
