import type { FlowRunProgress } from "../../experiments/index.js";
import { formatNats } from "../../experiments/index.js";
import { formatNumber } from "../../plot/index.js";
import type { Progress } from "../progress.js";

/** The stages of a training as progress: loss, evaluations of f, and the last validation. */
export function showTraining(progress: Progress): (state: FlowRunProgress) => void {
  let nll: number | undefined;
  return (state) => {
    if (state.phase !== "train") {
      const name = state.phase === "measure" ? "measuring on held-out data" : "drawing";
      progress.update({ name, done: state.done, total: state.total });
      return;
    }
    const { objective, iteration, total, loss, nfe } = state;
    nll = state.nll ?? nll;
    const facts = [
      `loss ${formatNumber(loss)}`,
      ...(nfe === undefined ? [] : [`NFE ${formatNumber(nfe)}`]),
      ...(nll === undefined ? [] : [`NLL ${formatNats(nll)}`]),
    ];
    const name = `training (${objective.replace("-", " ")})`;
    progress.update({ name, done: iteration, total, detail: facts.join(", ") });
  };
}
