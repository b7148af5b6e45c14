import type { CheckpointStore } from "../../src/experiments/index.js";

/** A store of checkpoints whose files can be looked at. */
export function checkpointsInMemory(): CheckpointStore & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    read: async (name) => files.get(name),
    write: async (name, content) => void files.set(name, content),
    remove: async (name) => void files.delete(name),
    clear: async () => files.clear(),
  };
}
