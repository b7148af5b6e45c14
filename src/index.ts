/**
 * The table of contents of the library, bottom layer first. Every layer is also importable by itself:
 * `hypersolvers/graph`, `hypersolvers/ode`, …
 */

// Values, random streams, errors.

export {
  decodeSafetensors,
  type ErrorCode,
  encodeSafetensors,
  fromNumbers,
  HypersolversError,
  isHypersolversError,
  Random,
  type Tensor,
  tensor,
} from "./tensor/index.js";

// Symbolic programs: `import * as graph from "hypersolvers/graph"` for the operators.

export {
  encodeOnnx,
  type Graph,
  gradient,
  importOnnx,
  inspectOnnx,
  jvp,
  type Node,
  printGraph,
  trace,
  vjp,
} from "./graph/index.js";
export {
  type CompileOptions,
  compile,
  type Device,
  type Program,
  type ProgressEvent,
  type RunContext,
} from "./runtime/index.js";

// Networks and their training.

export {
  adaptiveAveragePool2d,
  applyTraining,
  augmenter,
  averagePool2d,
  batchNorm2d,
  chebyshevBasis,
  conv2d,
  convTranspose2d,
  dataControl,
  depthCat,
  flatten,
  fourierBasis,
  galerkinConv2d,
  galerkinLinear,
  groupNorm,
  initialize,
  initializeBuffers,
  linear,
  loadStateDict,
  type Module,
  maxPool2d,
  mlp,
  piecewiseConstantBasis,
  polynomialBasis,
  prelu,
  type StateDict,
  sequential,
} from "./nn/index.js";
export { adam, adamw, compileTraining, cosineAnnealing, sgd, type Training } from "./optim/index.js";

// Solving.

export {
  adaptive,
  type ButcherTableau,
  compileIntegralLoss,
  compileSolve,
  compileSpectralRadius,
  defineField,
  defineTableau,
  denoiserField,
  dopri5,
  euler,
  exponentialMethods,
  type Field,
  fieldOfModel,
  fixed,
  guidedField,
  heun,
  type Method,
  midpoint,
  namedSchedule,
  orThrow,
  parseSchedulerConfig,
  rk4,
  type Solution,
  solve,
  solveField,
  tableauNamed,
  tsit5,
} from "./ode/index.js";

// Hypersolvers.

export {
  boxStates,
  type Correction,
  convArchitectures,
  decodeCorrection,
  encodeCorrection,
  encodedStates,
  encodeSolver,
  type FitSpec,
  fitAdversarial,
  fitCorrection,
  fitObservedSteps,
  givenStates,
  hyper,
  meshErrors,
  normalStates,
  parseMethod,
  rebindCorrection,
  referenceStates,
  uniformStates,
  type ValidityCard,
} from "./hypersolver/index.js";

// Optimal control.

export {
  type ControlProblem,
  cartPole,
  compileRecedingHorizon,
  compileRollout,
  compileRolloutGradient,
  fieldPlant,
  fitModelResidual,
  pendulum,
  quadrotor,
  runClosedLoop,
  stepShares,
} from "./control/index.js";

// Continuous normalizing flows.

export { densities, standardizationOf } from "./data/index.js";
export { maximumMeanDiscrepancy, percentageErrors, slicedWasserstein } from "./metrics/index.js";
export {
  compileFlowDensity,
  compileFlowSampler,
  decodeFlow,
  densityData,
  encodeFlow,
  type Flow,
  flowField,
  normalBase,
  tableData,
  trainFlow,
} from "./models/index.js";

// Families of fields, and agents that choose steps.

export { compileSteeredSolve, defineFamily, fitShared, trainStepPolicy } from "./hypersolver/index.js";

// Any field, on a loss along its solutions.

export { trainField, trainPenalized } from "./models/index.js";

// Classifiers of images.

export {
  architectureNamed,
  type Classifier,
  type ClassifierArchitecture,
  classifierArchitectures,
  classifierOf,
  compileClassifier,
  decodeClassifierState,
  encodeClassifier,
  encodeClassifierState,
  measureAccuracy,
  newClassifier,
  trainClassifier,
} from "./models/index.js";

// Whole jobs.

export {
  coefficientLearner,
  compareMethods,
  competitorsOf,
  correctionLearner,
  experiments,
  runFit,
  solverLearner,
  standardCompetitors,
  studentLearner,
  tuneSolver,
} from "./experiments/index.js";

export { version } from "./version.js";
