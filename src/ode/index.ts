/** Layer 4: solving ordinary differential equations. Methods as data, fields as graphs, solves and their gradients. */

// Solving a JavaScript field.

export type { PlainJacobian } from "./implicit/finite-differences.js";
export type { PlainField } from "./plain/plain-field.js";
export { type SolveOptions, solve } from "./plain/solve.js";
export { orThrow, type Solution } from "./problem/solution.js";

// Methods as data.

export { ab2, ab3 } from "./methods/multistep/adams-bashforth.js";
export { exponentialMethods, multistepMethods } from "./methods/multistep/index.js";
export type { MultistepMethod } from "./methods/multistep/multistep.js";
export { pecHeun } from "./methods/multistep/pec-heun.js";
export { rodas4 } from "./methods/rosenbrock/rodas4.js";
export type { RosenbrockTableau } from "./methods/rosenbrock/tableau.js";
export { type AdaptiveTableau, type ButcherTableau, defineTableau } from "./methods/tableau.js";
export { adaptiveHeun } from "./methods/tableaus/adaptive-heun.js";
export { alpha } from "./methods/tableaus/alpha.js";
export { bosh3 } from "./methods/tableaus/bosh3.js";
export { dopri5 } from "./methods/tableaus/dopri5.js";
export { dopri8 } from "./methods/tableaus/dopri8.js";
export { euler } from "./methods/tableaus/euler.js";
export { fehlberg2 } from "./methods/tableaus/fehlberg2.js";
export { heun } from "./methods/tableaus/heun.js";
export { heun3 } from "./methods/tableaus/heun3.js";
export { tableauNamed, tableaus } from "./methods/tableaus/index.js";
export { midpoint } from "./methods/tableaus/midpoint.js";
export { ralston } from "./methods/tableaus/ralston.js";
export { rk4 } from "./methods/tableaus/rk4.js";
export { rk4ThreeEighths } from "./methods/tableaus/rk4-38.js";
export { tsit5 } from "./methods/tableaus/tsit5.js";

// One way to solve as one value: its steps or tolerances, its spelling.

export {
  type AdaptiveMethod,
  adaptive,
  type FixedMethod,
  fixed,
  type Method,
  multistep,
  type RosenbrockMethod,
} from "./methods/method.js";
export type { NonStationaryCoefficients } from "./methods/non-stationary/coefficients.js";
export { type NonStationaryMethod, nonStationary } from "./methods/non-stationary/method.js";
export { type ReversibleMethod, reversible } from "./methods/reversible/method.js";
export type { Tolerances } from "./step-control/step-control.js";

// Where a solve goes.

export { type Span, uniformMesh } from "./problem/mesh.js";

// Step control.

export type { StepEvent } from "./step-control/adaptive-options.js";
export {
  integralController,
  proportionalIntegralController,
  type StepController,
} from "./step-control/step-controller.js";

// Fields as graphs: solved, differentiated, corrected and exported.

export { type Field, fieldMacs } from "./field/field.js";
export { fieldAs } from "./field/field-as.js";
export { defineField } from "./field/make-field.js";

// Compiled solves.

export { compileSolve, solveField } from "./compiled/compile-solve.js";
export type { CompiledSolve, CompiledSolveOptions, FieldSolution } from "./compiled/compiled-solve.js";
export { type CompiledPairSolve, compilePairSolve } from "./compiled/pair-solve.js";

// Derivatives of fields and solves.

export {
  type CarriedField,
  type CarriedRate,
  type CarriedSite,
  carriedField,
} from "./field/carried-field.js";
export { divergence } from "./field/divergence.js";
export type { FixedControls, InputSettings } from "./field/given-inputs.js";
export { logDensityField } from "./field/log-density-field.js";
export { fieldOfModel } from "./field/model-field.js";
export {
  type CompiledSensitivity,
  compileParameterSensitivity,
  type FieldPlace,
} from "./field/parameter-sensitivity.js";
export type { SpectralRadii } from "./field/power-iteration.js";
export {
  type CompiledSpectralRadius,
  compileSpectralRadius,
  type JacobianPlace,
} from "./field/spectral-radius.js";
export type { GradientOptions } from "./gradient/gradient-options.js";
export {
  type CompiledIntegralLoss,
  compileIntegralLoss,
  type IntegralLoss,
  type IntegralLossGradient,
} from "./gradient/integral-loss.js";
export {
  type CompiledGradient,
  compileGradient,
  gradientThroughSolve,
  type SolveGradient,
} from "./gradient/solve-gradient.js";
export { meshOfStepSize } from "./problem/mesh.js";

// Networks that predict noise, data or velocity, as fields.

export {
  type DenoiserOptions,
  denoiserField,
  guidedField,
  type Prediction,
} from "./denoiser/denoiser-field.js";
export type { NoisePath, PathPoint } from "./denoiser/noise-path.js";
export type { NoiseSchedule, Spacing } from "./denoiser/noise-schedule.js";
export { type DescribedSchedule, namedSchedule, parseSchedulerConfig } from "./denoiser/scheduler-config.js";
