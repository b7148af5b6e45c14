import type { FitProgress } from "../../hypersolver/index.js";
import { formatNumber } from "../../plot/internal.js";
import type { Progress } from "./progress.js";

const stageNames: Readonly<Record<FitProgress["phase"], string>> = {
  reference: "solving references",
  fit: "fitting",
  measure: "measuring methods",
};

/** The stages of a fit as progress. */
export function showFitProgress({ phase, done, total, loss }: FitProgress, progress: Progress): void {
  const detail = loss === undefined ? {} : { detail: `loss ${formatNumber(loss)}` };
  progress.update({ name: stageNames[phase], done, total, ...detail });
}
