/** The checkpoint of a training, in the folder of its run. */
export const CHECKPOINT_FILE = "checkpoint.safetensors";
/** That of the training that refines its result. */
export const REFINEMENT_CHECKPOINT_FILE = "refinement-checkpoint.safetensors";
/** What a run that came to its end no longer needs. */
export const checkpointFiles: readonly string[] = [CHECKPOINT_FILE, REFINEMENT_CHECKPOINT_FILE];
