/** Layer 5: corrections and hypersolvers. Fitting, measuring, files. */

// What a hypersolver is.

export { type ConvArchitecture, convArchitectureTable } from "./correction/conv-architecture-table.js";
export {
  convArchitectureNamed,
  convArchitectures,
  defaultArchitecture,
  featuresFor,
  hiddenChannels,
} from "./correction/conv-architectures.js";
export {
  type ConvNetworkOptions,
  convCorrection,
  withFoldedChannels,
} from "./correction/conv-network.js";
export {
  type Correction,
  type CorrectionSite,
  correctionMacs,
  evaluateCorrection,
  parseCorrectionInputs,
  siteInputs,
} from "./correction/correction.js";
export { hiddenFeature } from "./correction/hidden-feature.js";
export {
  type HyperMethod,
  type HyperOptions,
  type HyperSpec,
  hyper,
  hyperNamed,
  isHyper,
} from "./correction/hyper.js";
export { type HyperSchemeOptions, hyperScheme, integerPower } from "./correction/hyper-scheme.js";
export { inputShapes, type SampleShape } from "./correction/input-shapes.js";
export {
  type AnyMethodSpec,
  type Corrections,
  methodOf,
  methodSpecSchema,
  parseMethod,
  parseMethodSpec,
} from "./correction/method-of.js";
export {
  type ConvActivation,
  type ConvArchitectureName,
  type CorrectionInput,
  convActivationNames,
  convArchitectureNames,
  correctionInputs,
  type HiddenActivation,
} from "./correction/names.js";
export { mlpCorrection, type NetworkOptions } from "./correction/network.js";
export { rebindCorrection } from "./correction/rebind.js";
export { type ColumnStatistics, channelMoments, columnStatistics } from "./correction/statistics.js";
export { CARD_KEY, type MeasuredError, parseCard, type ValidityCard } from "./files/card.js";

// Fitting.

export { type Fit, fitCorrection, type LossPoint } from "./fit/fit.js";
export type { EffectiveFit, FitInputs, FitSettings } from "./fit/fit-options.js";
export {
  type FitDirection,
  type FitLoss,
  type FitSpec,
  fitDirections,
  fitLosses,
  fitTable,
} from "./fit/fit-table.js";
export { hasImageStates, resolveFit } from "./fit/resolve-fit.js";
export {
  chooseReference,
  compileReference,
  MEASURING,
  type Reference,
  type ReferenceSettings,
} from "./reference/reference.js";
export { encodedStates, type StateStream, type StreamCounts } from "./states/state-stream.js";
export {
  drawnStates,
  givenStates,
  normalStates,
  type Sampler,
  type Samples,
  type StateSource,
  uniformStates,
  widened,
} from "./states/states.js";

// Measuring.

export {
  type FixedMeasurement,
  measureMethod,
  measuringReference,
  referenceEnds,
  referenceNoise,
  type StateErrors,
  stateErrors,
} from "./measure/measure.js";
export { type MeshPointError, meshErrors, referenceStates } from "./measure/mesh-errors.js";
export {
  type DroppedSamples,
  droppedText,
  type SolvableSamples,
  solvableSamples,
} from "./measure/solvable-samples.js";

// Files.

export { cardWarnings } from "./files/check-card.js";
export { decodeCorrection, encodeCorrection, weightsWarnings } from "./files/correction-file.js";
export { fingerprintOf } from "./files/fingerprint.js";
export { SOLVER_KEY, type SolverFacts, solverFacts, solverFactsOf } from "./files/solver-facts.js";
export {
  encodeSolver,
  GOLDEN_KEY,
  type GoldenVectors,
  goldenVectorsOf,
  selfTest,
  solverGraph,
} from "./files/solver-file.js";
export { stateWarnings } from "./files/state-warnings.js";
