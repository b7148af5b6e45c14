// Solving ordinary differential equations: methods as data, one interpreter, step control, dense output.

// Solving a JavaScript field.

export type { PlainField } from "./plain-field.js";
export {
  orThrow,
  type Solution,
  SolutionRecorder,
  type SolveStatistics,
  type SolveStatus,
} from "./solution.js";
export { solve } from "./solve.js";
export { planSolve, type SolveOptions, type SolvePlan } from "./solve-options.js";

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
} from "./tableau.js";
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
  midpoint,
  ralston,
  rk4,
  rk4ThreeEighths,
  tableauNamed,
  tableaus,
  tsit5,
} from "./tableaus/index.js";

// The interpreter, over plain arrays or graph nodes.

export { type Algebra, plainAlgebra, type VectorField } from "./algebra.js";
export { denseWeights } from "./interpolation.js";
export { type EmbeddedStep, embeddedStep, type RungeKuttaStep, rungeKuttaStep } from "./runge-kutta.js";

// Fixed steps.

export { type FixedStep, fixedStepNfe, fixedSteps, integrateFixed } from "./fixed-grid.js";
export { type MeshStep, meshOfStepSize, type Span, stepsOf, uniformMesh } from "./mesh.js";

// Automatic steps.

export { integrateAdaptive } from "./adaptive.js";
export type { AdaptiveOptions, StepEvent } from "./adaptive-options.js";
export {
  type ControllerSettings,
  type ControllerState,
  type Decision,
  integralController,
  proportionalIntegralController,
  type StepController,
} from "./controller.js";
export { initialStepGuess, initialStepSize } from "./initial-step.js";
export { type ErrorNorm, plainStepper, rmsNorm, type Tolerance } from "./plain-stepper.js";
export type { AcceptedStep, AdaptiveStepper, Awaitable, Evaluation, Trial } from "./stepper.js";

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
} from "./field.js";
export { type DepthBounds, graphAlgebra, graphAlgebraWithin } from "./graph-algebra.js";

// Compiled solves.

export {
  type CompiledSolve,
  type CompiledSolveOptions,
  compileSolve,
  type FieldSolution,
  type FieldStatistics,
  solveField,
} from "./compile-solve.js";
export {
  type CompiledStepper,
  type CompiledStepperOptions,
  compiledStepper,
} from "./compiled-stepper.js";
export { compileStep, STATE_INPUT, type StepProgram, unrolledSolve } from "./compiled-steps.js";
export { type StepCost, type StepRule, type StepSite, tableauRule } from "./step-rule.js";
export type { CompiledTolerance } from "./trial-graph.js";

// Derivatives of fields and solves.

export type { LossCotangent } from "./cotangents.js";
export { divergence, divergenceOf } from "./divergence.js";
export type { ContinuousAdjoint, GradientOptions } from "./gradient-options.js";
export {
  type LogDensityField,
  type LogDensityOptions,
  logDensityField,
  NOISE_CONTROL,
} from "./log-density-field.js";
export { fieldOfModel, type InputMap } from "./model-field.js";
export { withOpenParameters } from "./open-parameters.js";
export {
  type CompiledGradient,
  compileGradient,
  type GradientInputs,
  gradientThroughSolve,
  type SolveGradient,
} from "./solve-gradient.js";
export { defaultEstimator, EXACT_TRACE_LIMIT, type TraceEstimator } from "./trace-estimator.js";
