import { formatNumber } from "../../plot/internal.js";
import type { ProgressEvent } from "../../runtime/index.js";
import type { Progress } from "./progress.js";

/** Events of a job as progress; what is measured stands behind. */
export const showEvents =
  (progress: Progress): ((event: ProgressEvent) => void) =>
  ({ stage, done, total, detail, metrics = {} }) => {
    const { loss } = metrics;
    const told = detail ?? (loss === undefined ? undefined : `loss ${formatNumber(loss)}`);
    progress.update({ name: stage, done, total, ...(told !== undefined && { detail: told }) });
  };
