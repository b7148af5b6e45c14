/** For the layers above, not for users: methods taken apart, fields in parts, steps as nodes of a graph. */
export { compileNames, runtimeOptions } from "./compiled/compiled-options.js";
export type { FieldStatistics } from "./compiled/compiled-solve.js";
export { compiledStepper } from "./compiled/compiled-stepper.js";
export { loopedSolve } from "./compiled/looped-solve.js";
export { isLong } from "./compiled/program-length.js";
export { compileVolumeSolve } from "./compiled/volume-solve.js";
export {
  acceptsDepthPerSample,
  evaluateField,
  type FieldValue,
  symbolicField,
} from "./field/evaluate-field.js";
export { controlNodes, controlSpecs, type FieldRoles, stateType } from "./field/field.js";
export { jumpWarning } from "./field/jump-warning.js";
export { type LogDensityField, type LogDensityOptions, NOISE_CONTROL } from "./field/log-density-field.js";
export { makeField } from "./field/make-field.js";
export { withOpenParameters } from "./field/open-parameters.js";
export { asColumn, perSample } from "./field/per-sample.js";
export { requireSamplesApart } from "./field/samples-apart.js";
export { columnsOf, withZeroColumns } from "./field/state-columns.js";
export { defaultEstimator, type TraceEstimator } from "./field/trace-estimator.js";
export { plus } from "./gradient/cotangents.js";
export { IMPLICIT_LIMIT } from "./implicit/compiled-linearization.js";
export { decompose } from "./implicit/linear-systems.js";
export { graphAlgebra, graphAlgebraWithin } from "./methods/graph-algebra.js";
export { type LinearMethod, linearTableau } from "./methods/linear-method.js";
export { requireExplicit, withStepControl } from "./methods/method.js";
export {
  requireLinear,
  requireTableau,
  resolveMethod,
  reversibleOf,
  tableauMethodOf,
} from "./methods/method-of.js";
export {
  gridSchema,
  nonStationaryCoefficientsSchema,
  nonStationarySchema,
  reversibleSchema,
  tableauMethodSchema,
  tableauSchema,
  tableauSpecSchema,
} from "./methods/method-schema.js";
export {
  type MethodSpec,
  type ReversibleSpec,
  type TableauMethodSpec,
  tableauSpec,
} from "./methods/method-spec.js";
export {
  gridText,
  parseTableauMethod,
  splitMethods,
  tableauMethodText,
} from "./methods/method-text.js";
export { checkCoefficients } from "./methods/non-stationary/coefficients.js";
export { coefficientsOf } from "./methods/non-stationary/coefficients-of.js";
export {
  isNonStationary,
  type NonStationarySpec,
  nonStationaryScheme,
} from "./methods/non-stationary/method.js";
export { nonStationaryStep } from "./methods/non-stationary/step.js";
export { isReversible } from "./methods/reversible/method.js";
export { embeddedError, rungeKuttaStep } from "./methods/runge-kutta.js";
export {
  type MethodCost,
  repeatedStep,
  repeatsStep,
  type StepRecord,
  type StepScheme,
  type StepSite,
} from "./methods/scheme.js";
export {
  type AdaptiveTableauSpec,
  isAdaptive,
  type TableauSpec,
  withoutErrorControl,
} from "./methods/tableau.js";
export { knownTableau } from "./methods/tableaus/index.js";
export { checkGrid, type Grid, planMesh, type SolvePlace } from "./problem/grid.js";
export { interruption } from "./problem/interruption.js";
export { type MeshStep, spanOf, stepsOf } from "./problem/mesh.js";
export { checkOptionNames, type OptionNames } from "./problem/option-names.js";
export { stiffWarning } from "./problem/solution.js";
export { integrateAdaptive } from "./step-control/adaptive.js";
export { isBelowRounding, magnitudeOf, unitRoundoff } from "./step-control/tolerance-floor.js";
