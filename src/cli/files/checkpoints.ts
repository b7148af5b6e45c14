import { rm, rmdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { CHECKPOINT_FILE, type TrackedStore, trackedStore } from "../../experiments/internal.js";
import { fail } from "../../tensor/index.js";
import type { Output } from "../terminal/output.js";
import { shellQuoted } from "../terminal/shell.js";
import { CONFIG_FILE } from "./config-artifact.js";
import { isFile, readBytes, writeWhole } from "./files.js";

/** Checkpoints and kept results as files of a folder, each written as a whole. */
export const checkpointsIn = (folder: string): TrackedStore =>
  trackedStore({
    read: async (name) => {
      const path = join(folder, name);
      return (await isFile(path)) ? await readBytes(path) : undefined;
    },
    write: (name, content) => writeWhole(join(folder, name), content),
    remove: async (name) => {
      const path = join(folder, name);
      await rm(path, { force: true });
      // A folder that was made for it goes with the last of its files; one that holds others stays.
      if (relative(folder, dirname(path)) !== "") await rmdir(dirname(path)).catch(() => undefined);
    },
  });

/**
 * Looks for the checkpoint of a training or a fit before it begins: a run that is resumed needs one, and another run, which
 * will replace it, warns of that.
 * @throws FILE_NOT_READABLE when there is none to go on from.
 */
export async function lookForCheckpoint(out: string, resume: boolean, output: Output): Promise<void> {
  const file = join(out, CHECKPOINT_FILE);
  const found = await isFile(file);
  if (resume && !found) {
    const config = join(out, CONFIG_FILE);
    const again = (await isFile(config)) ? `, with --config ${config} by the same options` : "";
    throw fail("FILE_NOT_READABLE", {
      what: file,
      expected: "the checkpoint of an interrupted run",
      received: "no such file",
      help: `the run in that folder is complete or was never validated: drop --resume to start anew${again}; --force replaces a finished run`,
    });
  }
  if (!resume && found)
    output.warn(`${file} is of an interrupted run and will be replaced; --resume would go on from it`);
}

/** The command that goes on with the run in a folder, for messages. */
export const goingOn = (command: string, out: string): string =>
  `\`${shellQuoted(["hypersolvers", command, "--resume", "--out", out])}\``;

/** The checkpoint that a run left, for messages; undefined when it is complete or had none yet. */
export async function checkpointLeft(out: string, isComplete: boolean): Promise<string | undefined> {
  const file = join(out, CHECKPOINT_FILE);
  return !isComplete && (await isFile(file)) ? file : undefined;
}
