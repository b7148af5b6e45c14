import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unusable } from "../options/usage-error.js";
import { requireWritableFolder } from "./files.js";
import { whileLocked } from "./run-lock.js";

/** What is said of a folder that a run may be in already. */
export interface Claim {
  /** Replace a finished run. Default false. */
  readonly force?: boolean | undefined;
  /** Go on with the run. Default false. */
  readonly resume?: boolean | undefined;
}

/** The files that a run writes last, its numbers. */
const results = ["metrics.json", "comparison.json"];

/**
 * Runs a job in its folder, alone there. A finished run is not overwritten unless it is said.
 * @throws a usage error where a finished run is there; FILE_NOT_WRITABLE, also where another process writes there.
 */
export async function inRunFolder<T>(
  folder: string,
  { force = false, resume = false }: Claim,
  job: () => Promise<T>,
): Promise<T> {
  await requireWritableFolder(folder);
  return whileLocked(folder, async () => {
    const finished = force || resume ? undefined : await finishedIn(folder);
    if (finished === undefined) return job();
    throw unusable(
      "--out",
      "a folder without a finished run",
      `one with ${finished}`,
      "add --force to replace that run, or choose another --out",
    );
  });
}

/** The result of a finished run; of an interrupted one, also where its checkpoint is. */
async function finishedIn(folder: string): Promise<string | undefined> {
  for (const name of results) {
    const path = join(folder, name);
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text !== undefined && statusIn(text) !== "interrupted") return path;
  }
  return undefined;
}

/** What a run says of itself; of a file that is no JSON, nothing. */
function statusIn(text: string): unknown {
  try {
    const { status } = JSON.parse(text);
    return status;
  } catch {
    return undefined;
  }
}
