/** Layer 7: whole jobs. Fits, comparisons and the paper's experiments, from input to numbers and pictures. */
export type { Artefact } from "./artefact.js";
export {
  type ComparisonOptions,
  type ComparisonRow,
  compareMethods,
  hyperTitle,
  methodTitle,
} from "./comparison.js";
export {
  type Experiment,
  type ExperimentOptions,
  type ExperimentResult,
  type Preset,
  presets,
} from "./experiment.js";
export { ffjord, ffjordField } from "./ffjord.js";
export { paretoFigure } from "./fit-figures.js";
export { comparisonTable, comparisonText, fitReport, fitSummary } from "./fit-report.js";
export { experimentNamed, experiments } from "./registry.js";
export {
  type FitMetrics,
  type FitRequest,
  type FitRun,
  type HeldOutError,
  type MethodResult,
  runFit,
} from "./run-fit.js";
