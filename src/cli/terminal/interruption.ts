import type { Output } from "./output.js";

/** Signals that ask a process to end, and the exit code by which a shell knows each: 128 and the signal's number. */
export const stopSignals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type StopSignal = keyof typeof stopSignals;

export const stopSignalNames: readonly StopSignal[] = ["SIGHUP", "SIGINT", "SIGTERM"];

/** The first signal that this process was sent, if any. */
let received: StopSignal | undefined;

/** Exit code of a job that was stopped early: that of the signal that stopped it. */
export const interruptedExit = (): number => stopSignals[received ?? "SIGINT"];

export interface Interruption {
  readonly signal: AbortSignal;
  /** Gives Ctrl-C and its like their usual meaning back. */
  release(): void;
}

/** What the first Ctrl-C leads to in a fit. */
export const FIT_STOPS = "Stopping: if the fit has begun, what is best so far is measured and written.";

/** What the first Ctrl-C leads to in an experiment, which trains, fits and measures. */
export const EXPERIMENT_STOPS = "Stopping: what was trained and fitted so far is written.";

/** What the first Ctrl-C leads to in a search. */
export const TUNING_STOPS = "Stopping: the best solver so far is tested and written.";

/** What the first Ctrl-C leads to in a training. */
export const TRAINING_STOPS = "Stopping: the best flow so far is measured and written.";

/**
 * npm and npx pass Ctrl-C on to a process that already had it from the terminal: moments later, but one key press. That
 * somebody has to press once more is better than that work is lost.
 */
const SAME_PRESS_MS = 500;

/**
 * The first Ctrl-C, termination (SIGTERM: batch systems, containers, `timeout`) or hang-up (SIGHUP: a closed terminal)
 * raises the signal and says what happens now. Ctrl-C after that ends the process at once; another termination or
 * hang-up changes nothing, since whoever sends one often sends both.
 */
export function onInterrupt(output: Output, message: string): Interruption {
  const controller = new AbortController();
  let since = 0;
  const handler = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (controller.signal.aborted) {
      if (signal === "SIGINT" && now - since > SAME_PRESS_MS) process.exit(stopSignals.SIGINT);
      return;
    }
    since = now;
    received ??= stopSignalNames.find((name) => name === signal);
    controller.abort();
    output.note(`\n${message}${signal === "SIGINT" ? " Press Ctrl-C again to quit at once." : ""}`);
  };
  for (const name of stopSignalNames) process.on(name, handler);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of stopSignalNames) process.off(name, handler);
    },
  };
}
