import { dirname, join } from "node:path";
import type { FlowRun } from "../../../experiments/index.js";
import { flowSummary, formatNats } from "../../../experiments/internal.js";
import { formatMilliseconds } from "../../../plot/internal.js";
import { goingOn } from "../../files/checkpoints.js";
import { wroteLines } from "../../files/files.js";

/** What `train` prints for people. */
export function trainText({ metrics }: FlowRun, files: readonly string[], checkpoint?: string): string {
  const { status, iterations, validationNll, seconds } = metrics;
  const going =
    checkpoint === undefined
      ? "There is no checkpoint yet: it was stopped before the first validation."
      : `${goingOn("train", dirname(checkpoint))} goes on from there.`;
  const ending =
    status === "complete"
      ? `Complete after ${iterations} iterations.`
      : `Interrupted after ${iterations} iterations; this is the best flow until then. ${going}`;
  return [
    flowSummary(metrics),
    `${ending} Validation NLL ${formatNats(validationNll)}; ${formatMilliseconds(1000 * seconds.training)} for ` +
      `training, ${formatMilliseconds(1000 * seconds.measuring)} for measuring.`,
    ...wroteLines(files),
  ].join("\n");
}

/** The numbers of metrics.json, and where everything is. */
export function trainJson(
  { metrics }: FlowRun,
  out: string,
  files: readonly string[],
  checkpoint?: string,
): object {
  const place = (name: string): string | null => files.find((file) => file === join(out, name)) ?? null;
  return {
    ...metrics,
    paths: {
      folder: out,
      flow: place("flow.onnx"),
      metrics: place("metrics.json"),
      report: place("report.html"),
      checkpoint: checkpoint ?? null,
    },
    files,
  };
}
