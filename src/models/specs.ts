/** Tables of this layer's options: light enough for help, loads nothing else. */

export { classifierArchitectureNames } from "./classifier/architecture-names.js";
export { classifierTrainingTable } from "./classifier/training/training-table.js";
export {
  flowNetworkTable,
  flowTrainingTable,
  likelihoodTable,
  trainingPhaseTable,
} from "./flow/flow-table.js";
