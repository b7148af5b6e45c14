import { rm } from "node:fs/promises";
import { join } from "node:path";
import { CHECKPOINT_FILE, type CheckpointStore } from "../../experiments/index.js";
import { fail } from "../../tensor/index.js";
import type { Output } from "../terminal/output.js";
import { isFile, readBytes, writeWhole } from "./files.js";

/** Checkpoints as files of a folder, each written as a whole. */
export function checkpointsIn(folder: string): CheckpointStore {
  const seen = new Set<string>();
  const pathOf = (name: string): string => {
    const path = join(folder, name);
    seen.add(path);
    return path;
  };
  return {
    read: async (name) => {
      const path = pathOf(name);
      return (await isFile(path)) ? await readBytes(path) : undefined;
    },
    write: (name, content) => writeWhole(pathOf(name), content),
    remove: (name) => rm(pathOf(name), { force: true }),
    clear: async () => {
      for (const path of seen) await rm(path, { force: true });
    },
  };
}

/**
 * Looks for the checkpoint of a training or a fit before it begins: one that is wanted has to be there; of one that is
 * not wanted the user is told that it is about to be lost.
 * @throws FILE_NOT_READABLE when there is none to go on from.
 */
export async function lookForCheckpoint(out: string, resume: boolean, output: Output): Promise<void> {
  const file = join(out, CHECKPOINT_FILE);
  const found = await isFile(file);
  if (resume && !found) {
    throw fail("FILE_NOT_READABLE", {
      what: file,
      expected: "the checkpoint of an interrupted run",
      received: "no such file",
      help: "the run in that folder is complete or was never validated: drop --resume to start anew",
    });
  }
  if (!resume && found)
    output.warn(`${file} is of an interrupted run and will be replaced; --resume would go on from it`);
}

/** The checkpoint that a run left, for messages; undefined when it is complete or had none yet. */
export async function checkpointLeft(out: string, isComplete: boolean): Promise<string | undefined> {
  const file = join(out, CHECKPOINT_FILE);
  return !isComplete && (await isFile(file)) ? file : undefined;
}
