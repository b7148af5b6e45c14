import { type TrackedStore, trackedStore } from "../../src/experiments/internal.js";

/** A store of checkpoints and results whose files can be looked at. */
export function checkpointsInMemory(): TrackedStore & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  const store = trackedStore({
    read: async (name) => files.get(name),
    write: async (name, content) => void files.set(name, content),
    remove: async (name) => void files.delete(name),
  });
  return { ...store, files };
}
