import type { FitProgress } from "../../hypersolver/index.js";
import { formatNumber } from "../../plot/internal.js";
import type { ProgressEvent } from "../../runtime/index.js";
import { MEASURING_STAGE } from "../kit/contest.js";

const stages: Readonly<Record<FitProgress["phase"], string>> = {
  reference: "solving references",
  fit: "fitting",
  measure: MEASURING_STAGE,
};

/** How far a fit is, as an event of its run. */
export const fitProgressEvent = ({ phase, done, total, loss }: FitProgress): ProgressEvent => ({
  stage: stages[phase],
  done,
  total,
  ...(loss !== undefined && { detail: `loss ${formatNumber(loss)}`, metrics: { loss } }),
});
