/** Tables of this layer's options: light enough for help, loads nothing else. */

export { classifierArchitectureNames } from "./classifier/architecture-names.js";
export { classifierTrainingTable } from "./classifier/training/training-table.js";
export { baseSpellings, parseBase } from "./flow/base-names.js";
export { flowTrainingTable } from "./flow/flow-table.js";
export { DEFAULT_NOISE, noiseKinds } from "./flow/noise-kinds.js";
export { FLOW_TOLERANCES, TRAINING_TOLERANCES } from "./flow/tolerances.js";
