import type { FlowObjective, TrainingPhase, TrainingPhaseSpec } from "../../models/internal.js";
import { type FlowTraining, flowDefaults, MATCHING_PER_LIKELIHOOD } from "./flow-defaults.js";

/** What a training is asked for. */
export interface FlowPlan {
  readonly objective: FlowTraining;
  /** Of the first phase. Default by objective. */
  readonly iterations?: number | undefined;
  /** Of the first phase. Default by objective. */
  readonly learningRate?: number | undefined;
  readonly batch?: number | undefined;
  readonly likelihood?: TrainingPhaseSpec["likelihood"];
}

/** The phases of a training, with defaults filled in. */
export function flowPhases({ objective, likelihood, ...plan }: FlowPlan): TrainingPhaseSpec[] {
  const { batch = flowDefaults.batch } = plan;
  const phase = (own: FlowObjective, iterations: number, learningRate: number): TrainingPhaseSpec => ({
    objective: own,
    iterations,
    learningRate,
    batch,
    likelihood: own === "maximum-likelihood" ? likelihood : undefined,
  });
  const first: FlowObjective = objective === "both" ? "flow-matching" : objective;
  const { iterations = flowDefaults.iterations[first], learningRate = flowDefaults.learningRate[first] } =
    plan;
  const phases = [phase(first, iterations, learningRate)];
  if (objective !== "both") return phases;
  const polishing = Math.max(1, Math.round(iterations / MATCHING_PER_LIKELIHOOD));
  const rate = Math.min(learningRate, flowDefaults.learningRate["maximum-likelihood"]);
  return [...phases, phase("maximum-likelihood", polishing, rate)];
}

/** The phases in words, for the facts of a flow. */
export function phasesText(phases: readonly TrainingPhase[]): string {
  return phases
    .map(
      ({ objective, iterations, learningRate, batch = flowDefaults.batch }) =>
        `${iterations} iterations of ${objective.replace("-", " ")}, batch ${batch}, learning rate ${learningRate}`,
    )
    .join("; then ");
}
