/** The checkpoint of a training, in the folder of its run. */
export const CHECKPOINT_FILE = "checkpoint.safetensors";
/** That of the training that refines its result. */
export const REFINEMENT_CHECKPOINT_FILE = "refinement-checkpoint.safetensors";
