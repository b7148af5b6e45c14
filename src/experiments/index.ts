/** Layer 7: whole jobs. Fits, comparisons and the paper's experiments, from input to numbers and pictures. */
export type { Artefact } from "./artefact.js";
export { CHECKPOINT_FILE } from "./checkpoint-files.js";
export {
  type ComparisonOptions,
  type ComparisonRow,
  compareMethods,
  hyperTitle,
  methodTitle,
} from "./comparison.js";
export {
  densityOverGrid,
  GRID_CELLS,
  type GridDensity,
  gridAround,
  type PlaneGrid,
  squareGrid,
} from "./density-grid.js";
export {
  type CheckpointStore,
  type Experiment,
  type ExperimentOptions,
  type ExperimentResult,
  type LabelledImages,
  type Preset,
  presets,
} from "./experiment.js";
export { ffjord, ffjordField } from "./ffjord.js";
export { paretoFigure } from "./fit-figures.js";
export { comparisonTable, comparisonText, fitReport, fitSummary, measuringText } from "./fit-report.js";
export { cellsFor, gridFigure } from "./flow-figures.js";
export {
  type FlowPlan,
  type FlowTraining,
  flowDefaults,
  flowPhases,
  flowTrainings,
  MATCHING_PER_LIKELIHOOD,
} from "./flow-phases.js";
export { flowSummary, formatNats, meanText } from "./flow-report.js";
export { baseStates, dataStates } from "./flow-states.js";
export { experimentNamed, experiments } from "./registry.js";
export {
  type FitMetrics,
  type FitRequest,
  type FitRun,
  type HeldOutError,
  type MethodResult,
  measuredSamples,
  runFit,
} from "./run-fit.js";
export {
  type FlowMetrics,
  type FlowRequest,
  type FlowRun,
  type FlowRunProgress,
  type HeldOutLikelihood,
  runFlow,
} from "./run-flow.js";
