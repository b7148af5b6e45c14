import type { Output } from "./output.js";
import type { Progress } from "./progress.js";

/** Milliseconds between two lines of a stage. */
const LINE_INTERVAL = 250;

/** Something that happened, as one line of JSON on stdout. */
export const tellEvent = (output: Pick<Output, "result">, event: string, facts: object): void =>
  output.result(JSON.stringify({ event, ...facts }));

/**
 * Progress for machines: `{"event": "progress", "stage": "fitting", "done": 10, "total": 100}`, the first and the last of a
 * stage and some between.
 * @param now the clock, in milliseconds.
 */
export function jsonLinesProgress(
  output: Pick<Output, "result">,
  now: () => number = () => performance.now(),
): Progress {
  let last = { stage: "", time: 0 };
  return {
    update: ({ name: stage, done, total, detail }) => {
      const time = now();
      const isDue = stage !== last.stage || done >= total || time - last.time >= LINE_INTERVAL;
      if (!isDue) return;
      last = { stage, time };
      tellEvent(output, "progress", { stage, done, total, detail });
    },
    stop: () => {},
  };
}

/** The same output, with warnings as events too. */
export const withWarningEvents = (output: Output): Output => ({
  ...output,
  warn: (message) => tellEvent(output, "warning", { message }),
});
