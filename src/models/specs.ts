/** Tables of this layer's options: light enough for help, loads nothing else. */

export {
  flowNetworkTable,
  flowTrainingTable,
  likelihoodTable,
  trainingPhaseTable,
} from "./flow/flow-table.js";
