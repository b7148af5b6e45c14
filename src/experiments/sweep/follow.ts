import type { JobQueue, JobStanding } from "./queue.js";
import { waited } from "./work.js";

/** Jobs by key, as they stand. */
export type Standings = ReadonlyMap<string, JobStanding>;

/** Milliseconds between looks: never more than a twentieth of the time goes into asking. */
const LOOK = 500;
const SHARE = 20;
/** Jobs that are asked for at once. */
const BATCH = 10_000;

const ended = ["complete", "failed", "cancelled"];

/** Whether a job stands as it will, unless somebody lets it wait again. */
export const hasEnded = (standing: JobStanding | undefined): boolean =>
  standing !== undefined && ended.includes(standing.state);

/** How jobs stand, many of them. */
export async function standingsOf(
  queue: JobQueue,
  keys: readonly string[],
): Promise<Map<string, JobStanding>> {
  const all = new Map<string, JobStanding>();
  for (let from = 0; from < keys.length; from += BATCH)
    for (const [key, standing] of await queue.states(keys.slice(from, from + BATCH))) all.set(key, standing);
  return all;
}

/**
 * Looks at jobs until all have ended, or a signal.
 * @param onLook is handed how all of them stand, and awaited.
 */
export async function follow(
  queue: JobQueue,
  keys: readonly string[],
  {
    signal,
    onLook,
  }: { readonly signal: AbortSignal; readonly onLook: (all: Standings) => Promise<void> | void },
): Promise<Standings> {
  const all = new Map<string, JobStanding>();
  for (;;) {
    const begun = performance.now();
    // What has ended stays so.
    const open = keys.filter((key) => !hasEnded(all.get(key)));
    for (const [key, standing] of await standingsOf(queue, open)) all.set(key, standing);
    await onLook(all);
    if (keys.every((key) => hasEnded(all.get(key))) || signal.aborted) return all;
    await waited(Math.max(LOOK, SHARE * (performance.now() - begun)), signal);
  }
}
