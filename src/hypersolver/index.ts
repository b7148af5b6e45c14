/** Layer 5: corrections and hypersolvers. Fitting, measuring, files. */

// What a hypersolver is.

export { CARD_KEY, type MeasuredError, parseCard, type ValidityCard } from "./card.js";
export {
  type Correction,
  type CorrectionInput,
  type CorrectionSite,
  correctionInputs,
  correctionMacs,
  evaluateCorrection,
  parseCorrectionInputs,
  siteInputs,
} from "./correction.js";
export { hiddenFeature } from "./hidden-feature.js";
export { type HyperRuleOptions, hyperRule } from "./hyper-rule.js";
export {
  type ColumnStatistics,
  columnStatistics,
  type HiddenActivation,
  mlpCorrection,
  type NetworkOptions,
} from "./network.js";

// Fitting.

export { type Fit, fitCorrection, type LossPoint } from "./fit.js";
export {
  type FitDirection,
  type FitLoss,
  type FitOptions,
  type FitProgress,
  type FitSettings,
  fitDefaults,
  fitDirections,
  fitLosses,
  resolveFit,
} from "./fit-options.js";
export {
  chooseReference,
  compileReference,
  MEASURING,
  type Reference,
  type ReferenceSettings,
} from "./reference.js";
export {
  drawnStates,
  givenStates,
  normalStates,
  type Sampler,
  type Samples,
  type StateSource,
  uniformStates,
  widened,
} from "./states.js";

// Measuring.

export {
  type FixedMeasurement,
  measureRule,
  referenceEnds,
  type StateErrors,
  stateErrors,
} from "./measure.js";

// Files.

export { cardWarnings } from "./check-card.js";
export { decodeCorrection, encodeCorrection } from "./correction-file.js";
export { fingerprintOf } from "./fingerprint.js";
export { SOLVER_KEY, type SolverFacts, solverFactsOf } from "./solver-facts.js";
export {
  encodeSolver,
  GOLDEN_KEY,
  type GoldenVectors,
  goldenVectorsOf,
  selfTest,
  solverGraph,
} from "./solver-file.js";
