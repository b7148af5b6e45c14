import type { WorkEvent } from "../../../experiments/internal.js";
import { isPostgres } from "../../../experiments/specs.js";
import { completeSpec } from "../../../spec/index.js";
import type { SpecJob } from "../../options/spec-command.js";
import { unusable } from "../../options/usage-error.js";
import { interruptedExit, onInterrupt } from "../../terminal/interruption.js";
import type { Output } from "../../terminal/output.js";
import { silentProgress } from "../../terminal/progress.js";
import { openAt, queueAddress } from "../sweep/queue-place.js";
import { workerCommandTable } from "../sweep/table.js";
import { workHere } from "./local-workers.js";

/** Seconds for which a worker waits for a database that went away: over a weekend. */
const PATIENCE = 3 * 86_400;

const WORKER_STOPS = "Stopping: running jobs are given back with what they have kept.";

/** `hypersolvers worker`. */
export const workerJob: SpecJob<typeof workerCommandTable> = {
  run: async (spec, { output, progress, machine, jsonLines = false }) => {
    const { workers, drain = false, ...place } = completeSpec(workerCommandTable, spec);
    const address = queueAddress(place);
    if (address === undefined)
      throw unusable("--queue", "where jobs wait, such as postgres://…; or HYPERSOLVERS_QUEUE", "nothing");
    const interruption = onInterrupt(output, WORKER_STOPS);
    const { signal } = interruption;
    try {
      const queue = await openAt(address, place, { output, signal, patience: PATIENCE });
      try {
        if (progress !== silentProgress && !jsonLines)
          output.note(`Waiting for jobs of ${queue.description}`);
        const counts = { complete: 0, failed: 0, lost: 0, returned: 0 };
        await workHere(queue, {
          ...{ count: workers, machine, signal },
          isOver: () => drain,
          onEvent: (event) => {
            if (event.event in counts) counts[event.event as keyof typeof counts] += 1;
            tellEvent(event, output, { jsonLines, isQuiet: progress === silentProgress });
          },
        });
        const text = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
        return {
          text: `Jobs: ${text.join(", ")}.`,
          json: counts,
          exitCode: signal.aborted ? interruptedExit() : 0,
        };
      } finally {
        await queue.close();
      }
    } finally {
      interruption.release();
    }
  },
  effective: async (spec) => {
    const { queue, ...rest } = completeSpec(workerCommandTable, spec);
    return queue === undefined || isPostgres(queue) ? rest : { ...rest, queue };
  },
};

function tellEvent(
  { event, key, reason }: WorkEvent,
  output: Output,
  { jsonLines, isQuiet }: { readonly jsonLines: boolean; readonly isQuiet: boolean },
): void {
  if (jsonLines) {
    output.result(JSON.stringify({ event, key, reason, at: new Date().toISOString() }));
    return;
  }
  const why = reason === undefined ? "" : `: ${reason.split("\n", 1)[0]}`;
  if (!isQuiet) output.note(`job ${key.slice(0, 12)} ${event}${why}`);
}
