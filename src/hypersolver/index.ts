/** Layer 5: corrections and hypersolvers. Fitting, measuring, files. */

// What a hypersolver is.

export { CARD_KEY, type MeasuredError, parseCard, type ValidityCard } from "./card.js";
export {
  type ConvArchitecture,
  type ConvArchitectureName,
  convArchitectureNamed,
  convArchitectureNames,
  convArchitectures,
  defaultArchitecture,
  featuresFor,
  hiddenChannels,
} from "./conv-architectures.js";
export {
  type ConvActivation,
  type ConvNetworkOptions,
  convCorrection,
  withFoldedChannels,
} from "./conv-network.js";
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
export { inputShapes, type SampleShape } from "./input-shapes.js";
export { type HiddenActivation, mlpCorrection, type NetworkOptions } from "./network.js";
export { rebindCorrection } from "./rebind.js";
export { type ColumnStatistics, channelMoments, columnStatistics } from "./statistics.js";

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
  imageFitDefaults,
} from "./fit-options.js";
export {
  chooseReference,
  compileReference,
  MEASURING,
  type Reference,
  type ReferenceSettings,
} from "./reference.js";
export { hasImageStates, resolveFit } from "./resolve-fit.js";
export { encodedStates, type StateStream, type StreamCounts } from "./state-stream.js";
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
  measuringReference,
  referenceEnds,
  referenceNoise,
  type StateErrors,
  stateErrors,
} from "./measure.js";

export { type MeshPointError, meshErrors, referenceStates } from "./mesh-errors.js";

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
