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

/** Where a run keeps checkpoints, and whether it goes on from them. */
export interface Resumption {
  /** Without it nothing is kept. */
  readonly checkpoints?: Store;
  /** Go on from the checkpoint, if there is one. Default false. */
  readonly resume?: boolean;
}

/** Options of everything that trains. */
export interface Checkpointing {
  readonly checkpoint?: Checkpoint | undefined;
  readonly onCheckpoint?: (checkpoint: Checkpoint) => Promise<void>;
}

/**
 * Keeps a training's checkpoints in a file of the store.
 * @throws MALFORMED_FILE when the file that is to go on from is none.
 */
export async function checkpointing(
  file: string,
  { checkpoints, resume = false }: Resumption,
): Promise<Checkpointing> {
  if (checkpoints === undefined) return {};
  return checkpointingIn({
    name: file,
    read: async () => (resume ? checkpoints.read(file) : undefined),
    write: (content) => checkpoints.write(file, content),
  });
}

/** Keeps a training's checkpoints in the file of its stage. */
export async function checkpointingIn({ name, read, write }: KeptFile): Promise<Checkpointing> {
  const kept = await read();
  return {
    checkpoint: kept && decodeCheckpoint(kept, name),
    onCheckpoint: (checkpoint) => write(encodeCheckpoint(checkpoint)),
  };
}
