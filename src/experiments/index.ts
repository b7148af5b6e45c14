/** Layer 7: whole jobs. Fits, comparisons and the paper's experiments, from input to numbers and pictures. */

// A hypersolver, from field to report.
export { ffjordField } from "./ffjord.js";
// Methods against each other.
export {
  type ComparisonRequest,
  type ComparisonRow,
  compareMethods,
  type MeasuredRow,
} from "./fit/comparison.js";
export { correctionLearner, type LearnedCorrection } from "./fit/correction-learner.js";
export type { BrokenResult, FitMetrics, HeldOutError, MethodResult } from "./fit/fit-metrics.js";
export { comparisonTable } from "./fit/fit-report.js";
export type { FitRequest } from "./fit/fit-request.js";
export type { LearnedKind, LearnedSolver, Learner } from "./fit/learned-solver.js";
export { paretoFigure } from "./fit/pareto-figure.js";
export { type FitRun, runFit } from "./fit/run-fit.js";
export {
  coefficientLearner,
  type LearnedBoth,
  type LearnedCoefficients,
  solverLearner,
} from "./fit/solver-learner.js";
export { type LearnedStudent, studentLearner } from "./fit/student-learner.js";
// A flow, from data to report.
export {
  densityOverGrid,
  type GridDensity,
  gridAround,
  type PlaneGrid,
  squareGrid,
} from "./flow/density-grid.js";
export type { FlowTraining } from "./flow/flow-defaults.js";
export { gridFigure } from "./flow/flow-figures.js";
export type { FlowMetrics, HeldOutLikelihood } from "./flow/flow-metrics.js";
export { type FlowPlan, flowPhases } from "./flow/flow-phases.js";
export { baseStates, dataStates } from "./flow/flow-states.js";
export { type FlowRequest, type FlowRun, runFlow } from "./flow/run-flow.js";
// What the paper shows, to be run again.
export type { Artifact } from "./kit/artifact.js";
export type { Competitor, MethodLabels } from "./kit/competitor.js";
export { type Budget, competitorsOf, standardCompetitors } from "./kit/competitors.js";
export type {
  Experiment,
  ExperimentRequest,
  ExperimentResult,
  ExperimentStatus,
  LabeledImages,
  Preset,
} from "./kit/experiment.js";
export type { ExperimentContext } from "./kit/run.js";
export { overSeeds } from "./kit/seeds.js";
export type { Store } from "./kit/store.js";
export { experimentNamed, experiments } from "./registry.js";
// A solver by the error that it may have.
export { runTune, type TuneRequest, type TuneRun } from "./tune/run-tune.js";
export type { TuneMetrics } from "./tune/tune-metrics.js";
export { type TuneInputs, type Tuning, tuneSolver } from "./tune/tune-solver.js";
export type { TuneSpec } from "./tune/tune-table.js";
