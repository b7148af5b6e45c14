import { type FlowRunProgress, formatNats } from "../../experiments/index.js";
import type { ClassifierProgress, TrainingPhase } from "../../models/index.js";
import { formatNumber, formatPercent } from "../../plot/internal.js";
import type { Progress } from "./progress.js";

/** The stages of a training as progress, each phase for itself: loss, evaluations of f, and the last validation. */
export function showTraining(
  progress: Progress,
  phases: readonly TrainingPhase[] = [],
): (state: FlowRunProgress) => void {
  let nll: number | undefined;
  return (state) => {
    if (state.phase !== "train") {
      const name = state.phase === "measure" ? "measuring on held-out data" : "drawing";
      progress.update({ name, done: state.done, total: state.total });
      return;
    }
    const { objective, loss, nfe } = state;
    nll = state.nll ?? nll;
    const facts = [
      `loss ${formatNumber(loss)}`,
      ...(nfe === undefined ? [] : [`NFE ${formatNumber(nfe)}`]),
      ...(nll === undefined ? [] : [`NLL ${formatNats(nll)}`]),
    ];
    const name = `training (${objective.replace("-", " ")})`;
    progress.update({ name, ...withinPhase(state, phases), detail: facts.join(", ") });
  };
}

/** The training of a classifier as progress. */
export function showClassifier(progress: Progress): (state: ClassifierProgress) => void {
  let validation: number | undefined;
  return (state) => {
    validation = state.validationAccuracy ?? validation;
    const { loss, accuracy, nfe, imagesPerSecond, iteration, total } = state;
    const facts = [
      `loss ${formatNumber(loss)}`,
      `accuracy ${formatPercent(accuracy)}`,
      ...(validation === undefined ? [] : [`validation ${formatPercent(validation)}`]),
      `NFE ${formatNumber(nfe)}`,
      `${formatNumber(imagesPerSecond)} images/s`,
    ];
    progress.update({ name: "training", done: iteration, total, detail: facts.join(", ") });
  };
}

/** Iterations of different phases take different times: what is left is told by phase, where they are known. */
function withinPhase(
  { iteration, total }: { readonly iteration: number; readonly total: number },
  phases: readonly TrainingPhase[],
): { readonly done: number; readonly total: number } {
  let start = 0;
  for (const { iterations } of phases) {
    if (iteration <= start + iterations) return { done: iteration - start, total: iterations };
    start += iterations;
  }
  return { done: iteration, total };
}
