import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../optim/index.js";
import type { Store } from "./store.js";

/** The checkpoint of a training, in the folder of its run. */
export const CHECKPOINT_FILE = "checkpoint.safetensors";

/** Where a stage that goes on inside itself keeps its checkpoint. */
export interface KeptFile {
  readonly name: string;
  /** @returns undefined unless the run is to go on and there is one. */
  read(): Promise<Uint8Array | undefined>;
  /** Only warns where it fails, once. */
  write(content: Uint8Array): Promise<void>;
}

/** Options of everything that trains. */
export interface Checkpointing {
  readonly checkpoint: Checkpoint | undefined;
  readonly onCheckpoint: (checkpoint: Checkpoint) => Promise<void>;
}

/**
 * Keeps a training's checkpoints in `CHECKPOINT_FILE` of a store. @param resume go on from the one there, if there is one.
 * @throws MALFORMED_FILE when it is none.
 */
export const checkpointing = (store: Store, resume: boolean): Promise<Checkpointing> =>
  checkpointingIn({
    name: CHECKPOINT_FILE,
    read: async () => (resume ? store.read(CHECKPOINT_FILE) : undefined),
    write: (content) => store.write(CHECKPOINT_FILE, content),
  });

/** Keeps a training's checkpoints in the file of its stage. @throws MALFORMED_FILE as `checkpointing`. */
export async function checkpointingIn({ name, read, write }: KeptFile): Promise<Checkpointing> {
  const kept = await read();
  return {
    checkpoint: kept && decodeCheckpoint(kept, name),
    onCheckpoint: (checkpoint) => write(encodeCheckpoint(checkpoint)),
  };
}
