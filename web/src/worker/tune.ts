import { tuneSolver } from "../../../src/experiments/index.js";
import type { JobContext, ProgressNews } from "./job-context.js";
import { runContext } from "./runtime.js";
import { type Room, subjectOf } from "./subjects.js";

/** A solver that a search has found. */
export interface Found {
  readonly name: string;
  readonly nfe: number;
  readonly error: number;
  readonly milliseconds: number;
}

/** What a search says. */
export interface TuneResult {
  readonly isMet: boolean;
  readonly winner: Found;
  readonly others: readonly Found[];
  readonly tried: number;
}

/** Looks for the fastest solver within an error, here and for a few seconds. */
export async function tune(
  { room, error, seconds }: { readonly room: Room; readonly error: number; readonly seconds: number },
  { tell, signal }: JobContext<ProgressNews>,
): Promise<TuneResult> {
  const context = await runContext({ signal });
  const { field, span, states } = subjectOf(room);
  const { isMet, winner, runnersUp, trials } = await tuneSolver(
    field,
    { error, seconds, span, samples: 500 },
    { states },
    {
      ...context,
      onProgress: ({ stage, done, total, metrics = {} }) =>
        tell({ kind: "progress", stage, done, total, metrics }),
    },
  );
  const found = ({ record, test, timing }: typeof winner): Found => ({
    name: record.name,
    nfe: record.nfe,
    error: test.value,
    milliseconds: timing.milliseconds,
  });
  return { isMet, winner: found(winner), others: runnersUp.map(found), tried: trials.length };
}
