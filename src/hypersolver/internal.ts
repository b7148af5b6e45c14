/** For the layers above, not for users: references, measured samples, cards and the facts in files. */
export {
  type AdversarialPlace,
  adversarialDistance,
  referencePoints,
} from "./adversarial/adversarial-loss.js";
export type { AdversarialNumbers } from "./adversarial/adversarial-measure.js";
export { boundOf, randomWithin } from "./adversarial/bounded-weights.js";
export { type CorrectionNetwork, evaluateCorrection } from "./correction/correction.js";
export { hiddenFeature } from "./correction/hidden-feature.js";
export { correctionOf, isHyper } from "./correction/hyper.js";
export { integerPower } from "./correction/hyper-scheme.js";
export { knownSpec, methodOf } from "./correction/method-of.js";
export { type AnyMethodSpec, parseMethodSpec } from "./correction/method-text.js";
export type { CorrectionInput } from "./correction/names.js";
export { mlpNetwork } from "./correction/network.js";
export { channelMoments, columnStatistics, rootMeanSquare } from "./correction/statistics.js";
export { CARD_KEY, type MeasuredError } from "./files/card.js";
export { fingerprintOf } from "./files/fingerprint.js";
export { isLearnedFile } from "./files/learned-file.js";
export { SOLVER_KEY, type SolverFacts, solverFacts, solverFactsOf } from "./files/solver-facts.js";
export { goldenVectorsOf } from "./files/solver-file.js";
export { baseOf } from "./fit/base-of.js";
export type { EffectiveFit } from "./fit/fit-settings.js";
export { fitTable } from "./fit/fit-table.js";
export { fitTrainer } from "./fit/fit-trainer.js";
export { fitSchedule } from "./fit/learning-rate.js";
export { resolveFit } from "./fit/resolve-fit.js";
export { firstCorrection } from "./follow/follower.js";
export { openHyperEnd } from "./follow/open-solve.js";
export { isBeyondChance } from "./guard/beyond-chance.js";
export { binomialProbabilities } from "./guard/binomial.js";
export type { BoundOutput } from "./guard/bound-node.js";
export { isShifted, shiftWarnings } from "./guard/score-shift.js";
export { affordableNetworks, USUAL_NETWORKS } from "./learned/affordable-networks.js";
export { coefficientTable, type EffectiveCoefficients } from "./learned/coefficient-table.js";
export { isCorrected } from "./learned/corrected-method.js";
export type { EndMemory } from "./learned/end-pairs.js";
export { REGRESSION } from "./learned/regressed-start.js";
export { resolveCoefficients } from "./learned/resolve-coefficients.js";
export { resolveSolver } from "./learned/resolve-solver.js";
export type { EffectiveSolver } from "./learned/solver-table.js";
export { startingMethod, usualStart } from "./learned/starting-coefficients.js";
export { measuringReference, referenceEnds, referenceNoise, type StateErrors } from "./measure/measure.js";
export type { MeshPointError } from "./measure/mesh-errors.js";
export { peakSignalToNoise } from "./measure/peak-signal-to-noise.js";
export { type DroppedSamples, droppedText, solvableSamples } from "./measure/solvable-samples.js";
export { splitSteps } from "./observed/fit-observed-steps.js";
export { checkObservedSteps } from "./observed/observed-steps.js";
export { compileReference, MEASURING, type ReferenceFacts, referenceFacts } from "./reference/reference.js";
export { SOLVING_REFERENCES } from "./reference/reference-data.js";
export type { StateStream } from "./states/state-stream.js";
export { drawnStates, mapSamples, type Sampler, type Samples, widened } from "./states/states.js";
export { hasImageStates, subjectOf } from "./states/subject.js";
export { resolveStudent } from "./student/resolve-student.js";
export { isStudent, type StudentSpec } from "./student/student-method.js";
export { type EffectiveStudent, studentTable } from "./student/student-table.js";
