import { join } from "node:path";
import type { PlannedSweep, Standings } from "../../../experiments/internal.js";
import { isPostgres } from "../../../experiments/specs.js";
import { exists, readBytes, writeWhole } from "../../files/files.js";
import { type SweepStatus, statusOf } from "./status-text.js";

// A folder's queue belongs to one process. How its sweep stands is noted beside it, for others to read.

const FILE = "status.json";
/** Milliseconds between notes. */
const INTERVAL = 2000;

/** Notes how a sweep stands beside a folder's queue, now and then; nothing for a server, which anybody can ask. */
export function noteStatus(
  address: string,
  plan: PlannedSweep,
): (all: Standings, isLast?: boolean) => Promise<void> {
  let noted = Number.NEGATIVE_INFINITY;
  return async (all, isLast = false) => {
    const now = performance.now();
    if (isPostgres(address) || (!isLast && now - noted < INTERVAL)) return;
    noted = now;
    const status = JSON.stringify([statusOf(plan, all)]);
    // A failure here costs nothing else.
    await writeWhole(join(address, FILE), status).catch(() => undefined);
  };
}

/** What was noted last; undefined where nothing was. */
export async function notedStatus(address: string): Promise<readonly SweepStatus[] | undefined> {
  const path = join(address, FILE);
  if (!(await exists(path))) return undefined;
  return JSON.parse(new TextDecoder().decode(await readBytes(path)));
}
