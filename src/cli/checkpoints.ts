import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { CheckpointStore } from "../experiments/index.js";
import { isFile, readBytes, writeWhole } from "./files.js";

/** Checkpoints as files of a folder, each written as a whole. */
export function checkpointsIn(folder: string): CheckpointStore {
  return {
    read: async (name) =>
      (await isFile(join(folder, name))) ? await readBytes(join(folder, name)) : undefined,
    write: (name, content) => writeWhole(join(folder, name), content),
    remove: (name) => rm(join(folder, name), { force: true }),
  };
}
