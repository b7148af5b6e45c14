/** Layer 7: whole jobs. Fits, comparisons and the paper's experiments, from input to numbers and pictures. */

export { ffjord, ffjordField } from "./ffjord.js";
export {
  type ComparisonRequest,
  type ComparisonRow,
  compareMethods,
  hyperTitle,
  methodTitle,
} from "./fit/comparison.js";
export { hasErrors, paretoFigure } from "./fit/fit-figures.js";
export type { BrokenResult, FitMetrics, HeldOutError, MethodResult } from "./fit/fit-metrics.js";
export { comparisonTable, comparisonText, fitReport, fitSummary, measuringText } from "./fit/fit-report.js";
export { type FitRequest, type FitRun, measuredSamples, runFit } from "./fit/run-fit.js";
export {
  densityOverGrid,
  GRID_CELLS,
  type GridDensity,
  gridAround,
  type PlaneGrid,
  squareGrid,
} from "./flow/density-grid.js";
export { cellsFor, gridFigure } from "./flow/flow-figures.js";
export type { FlowMetrics, HeldOutLikelihood } from "./flow/flow-metrics.js";
export {
  type FlowPlan,
  type FlowTraining,
  flowDefaults,
  flowPhases,
  flowTrainings,
  MATCHING_PER_LIKELIHOOD,
} from "./flow/flow-phases.js";
export { flowSummary, formatNats, meanText } from "./flow/flow-report.js";
export { baseStates, dataStates } from "./flow/flow-states.js";
export { type FlowRequest, type FlowRun, runFlow } from "./flow/run-flow.js";
export type { Artefact } from "./kit/artefact.js";
export {
  CHECKPOINT_FILE,
  type Checkpointing,
  checkpointing,
  type Resumption,
} from "./kit/checkpoint-files.js";
export type { Competitor, MethodLabels } from "./kit/competitor.js";
export { type Budget, competitorsOf, standardCompetitors } from "./kit/competitors.js";
export {
  type Experiment,
  type ExperimentRequest,
  type ExperimentResult,
  type ExperimentStatus,
  type LabelledImages,
  type Preset,
  presets,
} from "./kit/experiment.js";
export { overSeeds } from "./kit/seeds.js";
export { type Store, type TrackedStore, trackedStore } from "./kit/store.js";
export { experimentNamed, experiments } from "./registry.js";
