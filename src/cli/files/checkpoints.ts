import { rm, rmdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { type Store, type TrackedStore, trackedStore } from "../../experiments/index.js";
import { isFile, readBytes, writeWhole } from "./files.js";

/** Checkpoints and kept results as files of a folder, each written as a whole. */
export const checkpointsIn = (folder: string): TrackedStore => trackedStore(storeIn(folder));

const storeIn = (folder: string): Store => ({
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
