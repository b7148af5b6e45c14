import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { CheckpointStore } from "../../experiments/index.js";
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
    clear: async () => {
      for (const path of seen) await rm(path, { force: true });
    },
  };
}
