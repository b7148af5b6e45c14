import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../optim/index.js";
import type { CheckpointStore } from "./experiment.js";

/** The checkpoint of a training, in the folder of its run. */
export const CHECKPOINT_FILE = "checkpoint.safetensors";
/** That of the training that refines its result. */
export const REFINEMENT_CHECKPOINT_FILE = "refinement-checkpoint.safetensors";
/** That of one fit among several. @param file what its correction is called. */
export const fitCheckpointFile = (file: string): string =>
  `checkpoint-${file.replace(/\.onnx$/, "")}.safetensors`;

/** Where a run keeps checkpoints, and whether it goes on from them. */
export interface Resumption {
  /** Without it nothing is kept. */
  readonly checkpoints?: CheckpointStore;
  /** Go on from the checkpoint, if there is one. Default false. */
  readonly resume?: boolean;
}

/** Options of everything that trains. */
export interface Checkpointing {
  readonly checkpoint?: Checkpoint;
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
  const kept = resume ? await checkpoints.read(file) : undefined;
  return {
    ...(kept !== undefined && { checkpoint: decodeCheckpoint(kept, file) }),
    onCheckpoint: (checkpoint) => checkpoints.write(file, encodeCheckpoint(checkpoint)),
  };
}
