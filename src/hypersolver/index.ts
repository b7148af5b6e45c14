/** Layer 5: corrections and hypersolvers. Fitting, measuring, files. */

// What a hypersolver is.

export { convArchitectures } from "./correction/conv-architectures.js";
export type { Correction } from "./correction/correction.js";
export { type HyperMethod, hyper } from "./correction/hyper.js";
export { parseMethod } from "./correction/method-of.js";
export { rebindCorrection } from "./correction/rebind.js";
export type { ValidityCard } from "./files/card.js";

// Fitting.

export { type Fit, fitCorrection } from "./fit/fit.js";
export type { FitInputs } from "./fit/fit-settings.js";
export type { FitSpec } from "./fit/fit-table.js";
export type { CoefficientSpec } from "./learned/coefficient-table.js";
export type { CorrectedMethod } from "./learned/corrected-method.js";
export { type CoefficientFit, fitCoefficients } from "./learned/fit-coefficients.js";
export { fitSolver, type SolverFit } from "./learned/fit-solver.js";
export type { SolverSpec } from "./learned/solver-table.js";
export { type Box, boxStates } from "./states/box-states.js";
export { encodedStates } from "./states/state-stream.js";
export {
  givenStates,
  normalStates,
  type StateSource,
  uniformStates,
} from "./states/states.js";
export { fitStudent, type StudentFit } from "./student/fit-student.js";
export type { StudentMethod } from "./student/student-method.js";
export type { StudentFitSpec } from "./student/student-table.js";

// Families of fields.

export {
  defineFamily,
  type FamilyOptions,
  type FieldFamily,
  type MemberParameters,
  type ParameterRange,
} from "./family/field-family.js";
export { fitShared, type SharedFit, type SharedProblem } from "./family/fit-shared.js";
export type { SharedCorrection } from "./family/shared-correction.js";
export type { SharedSpec } from "./family/shared-table.js";

// Agents that choose steps.

export { type ControlledSolveOptions, compileControlledSolve } from "./policy/controlled-solve.js";
export { type CompiledSteeredSolve, compileSteeredSolve, type SteeredStates } from "./policy/policy-solve.js";
export type { PolicySpec } from "./policy/policy-table.js";
export type { StepAction, StepPolicy } from "./policy/step-policy.js";
export { type PolicyFit, type PolicyInputs, trainStepPolicy } from "./policy/train-policy.js";
// Fitting to what was observed instead of references.

export { fitObservedSteps, type ObservedFit } from "./observed/fit-observed-steps.js";
export type { ObservedSteps } from "./observed/observed-steps.js";
export type { ObservedFitSpec } from "./observed/observed-table.js";

// Against an adversary.

export { type AdversarialMeasure, compileAdversarialMeasure } from "./adversarial/adversarial-measure.js";
export type { AdversarialFit } from "./adversarial/adversarial-result.js";
export type { AdversarialSpec } from "./adversarial/adversarial-table.js";
export {
  type AdversarialInputs,
  fitAdversarial,
} from "./adversarial/fit-adversarial.js";

// Where steps lie.

export { type MeshPlanner, type MeshSpec, meshPlanner } from "./mesh/mesh-planner.js";

// Following a field that is being trained.

export type { FollowSpec } from "./follow/follow-table.js";
export { compileFollower, type Follower } from "./follow/follower.js";
export { compileObserver, type Observation, type Observer } from "./follow/observer.js";

// Measuring.

export { measureMethod, stateErrors } from "./measure/measure.js";
export { meshErrors, referenceStates } from "./measure/mesh-errors.js";

// Bounds of errors that nobody measures.

export { type CalibrationSamples, calibrateSolve } from "./guard/calibrate-solve.js";
export {
  calibrateErrors,
  type ErrorCalibration,
  errorBound,
} from "./guard/calibration.js";
export {
  type CompiledGuardedSolve,
  compileGuardedSolve,
  type GuardedStates,
  type GuardSpec,
  type GuardStatistics,
  guardFallback,
} from "./guard/guarded-solve.js";
export { type CompiledScoredSolve, compileScoredSolve, type ScoredStates } from "./guard/scored-solve.js";
export type { SolveCalibration } from "./guard/solve-calibration.js";

// Files.

export { cardWarnings } from "./files/check-card.js";
export {
  type CoefficientCard,
  coefficientWarnings,
  decodeCoefficients,
  encodeCoefficients,
  type FitCard,
  type LoadedCoefficients,
} from "./files/coefficient-file.js";
export { decodeCorrection, encodeCorrection, weightsWarnings } from "./files/correction-file.js";
export { decodeLearned, encodeLearned, type LoadedSolver, learnedWarnings } from "./files/learned-file.js";
export { encodeSolver, type SolverFileOptions, selfTest } from "./files/solver-file.js";
export { stateWarnings } from "./files/state-warnings.js";
export { encodeStudent } from "./files/student-file.js";
