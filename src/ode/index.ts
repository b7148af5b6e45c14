// Solving ordinary differential equations: methods as data, one interpreter, step control, dense output.

// Solving a JavaScript field.

export type { PlainField } from "./plain/plain-field.js";
export { type SolveOptions, solve } from "./plain/solve.js";
export {
  orThrow,
  type Solution,
  SolutionRecorder,
  type SolveStatistics,
  type SolveStatus,
} from "./problem/solution.js";
export type { SolveRequest } from "./problem/solve-request.js";

// Methods as data.

export {
  type AdaptiveTableau,
  type AdaptiveTableauSpec,
  type ButcherTableau,
  defineTableau,
  errorOrder,
  isAdaptive,
  type TableauSpec,
  withoutErrorControl,
} from "./methods/tableau.js";
export {
  adaptiveHeun,
  adaptiveTableaus,
  alpha,
  bosh3,
  dopri5,
  dopri8,
  euler,
  fehlberg2,
  heun,
  heun3,
  knownTableau,
  midpoint,
  ralston,
  rk4,
  rk4ThreeEighths,
  tableauNamed,
  tableaus,
  tsit5,
} from "./methods/tableaus/index.js";

// One way to solve as one value: its steps or tolerances, its spelling, its JSON.

export { DEFAULT_TOLERANCES, type StepControl, type Tolerances } from "./control/step-control.js";
export { isBelowRounding, magnitudeOf, unitRoundoff } from "./control/tolerance-floor.js";
export {
  type AdaptiveMethod,
  adaptive,
  type FixedMethod,
  fixed,
  type Method,
  type TableauMethod,
  withStepControl,
} from "./methods/method.js";
export { requireTableau, resolveMethod, tableauMethodOf } from "./methods/method-of.js";
export {
  type AdaptiveSpec,
  type ControlSpec,
  type FixedSpec,
  gridSchema,
  type MethodSpec,
  type TableauMethodSpec,
  tableauMethodSchema,
  tableauSpec,
  tableauSpecSchema,
} from "./methods/method-spec.js";
export {
  gridText,
  isGridText,
  isHyperText,
  parseGrid,
  parseTableauMethod,
  splitMethods,
  tableauMethodText,
} from "./methods/method-text.js";
export {
  type MethodCost,
  repeatedStep,
  repeatsStep,
  type Scheme,
  type SolveSite,
  type StepRecord,
  type StepScheme,
  type StepSite,
  tableauScheme,
} from "./methods/scheme.js";
export {
  checkGrid,
  type Grid,
  type PlannedMesh,
  planMesh,
  requestedTimes,
  type SolvePlace,
} from "./problem/grid.js";

// The interpreter, over plain arrays or graph nodes.

export { type Algebra, plainAlgebra, type VectorField } from "./methods/algebra.js";
export { denseWeights } from "./methods/interpolation.js";
export {
  type EmbeddedStep,
  embeddedError,
  embeddedStep,
  type RungeKuttaStep,
  rungeKuttaStep,
} from "./methods/runge-kutta.js";

// Fixed steps.

export { type FixedStep, fixedStepNfe, fixedSteps, integrateFixed } from "./plain/fixed-grid.js";
export { type MeshStep, meshOfStepSize, type Span, spanOf, stepsOf, uniformMesh } from "./problem/mesh.js";

// Automatic steps.

export { integrateAdaptive } from "./control/adaptive.js";
export type { AdaptiveOptions, StepEvent } from "./control/adaptive-options.js";
export {
  type ControllerSettings,
  type ControllerSpec,
  type ControllerState,
  type Decision,
  integralController,
  proportionalIntegralController,
  type StepController,
} from "./control/controller.js";
export { initialStepGuess, initialStepSize } from "./control/initial-step.js";
export type { AcceptedStep, AdaptiveStepper, Awaitable, Evaluation, Trial } from "./control/stepper.js";
export { type ErrorNorm, plainStepper, rmsNorm, type Tolerance } from "./plain/plain-stepper.js";

// Fields as graphs: solved, differentiated, corrected and exported.

export {
  acceptsDepthPerSample,
  asColumn,
  controlSpecs,
  defineField,
  evaluateField,
  type Field,
  type FieldContext,
  type FieldRoles,
  type FieldValue,
  fieldAs,
  fieldMacs,
  makeField,
  perSample,
  stateType,
  symbolicField,
} from "./field/field.js";
export { type DepthBounds, graphAlgebra, graphAlgebraWithin } from "./methods/graph-algebra.js";

// Compiled solves.

export {
  type CompiledSolve,
  type CompiledSolveOptions,
  compileSolve,
  type FieldSolution,
  type FieldStatistics,
  solveField,
} from "./compiled/compile-solve.js";
export { runtimeOptions } from "./compiled/compiled-options.js";
export {
  type CompiledStepper,
  type CompiledStepperOptions,
  compiledStepper,
} from "./compiled/compiled-stepper.js";
export {
  compileStep,
  STATE_INPUT,
  type StepDetail,
  type StepProgram,
  type StepValues,
  unrolledSolve,
} from "./compiled/compiled-steps.js";
export type { CompiledTolerance } from "./compiled/trial-graph.js";

// Derivatives of fields and solves.

export { divergence, divergenceOf } from "./field/divergence.js";
export {
  type LogDensityField,
  type LogDensityOptions,
  logDensityField,
  NOISE_CONTROL,
} from "./field/log-density-field.js";
export { fieldOfModel, type InputMap } from "./field/model-field.js";
export { withOpenParameters } from "./field/open-parameters.js";
export { defaultEstimator, EXACT_TRACE_LIMIT, type TraceEstimator } from "./field/trace-estimator.js";
export type { LossCotangent } from "./gradient/cotangents.js";
export type { ContinuousAdjoint, GradientOptions } from "./gradient/gradient-options.js";
export {
  type CompiledGradient,
  compileGradient,
  type GradientInputs,
  gradientThroughSolve,
  type SolveGradient,
} from "./gradient/solve-gradient.js";
