import type { Flow } from "../../models/index.js";
import { FLOW_TOLERANCES } from "../../models/internal.js";
import type { FieldStatistics } from "../../ode/internal.js";
import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import { placeName } from "../files/standard-input.js";
import type { Output } from "../terminal/output.js";
import { type ChosenMethod, chosenMethod, type MethodOptions, missing } from "./method.js";
import { warnOfTolerances } from "./tolerances.js";

/**
 * What command-line options ask for: a method in one spelling, a correction, equal steps, or (default) dopri5 at 1e-5.
 * @throws a usage error for contradictions.
 */
export function flowSolver(options: MethodOptions): Promise<ChosenMethod> {
  const { method, correction, steps } = options;
  if (steps !== undefined && method === undefined && correction === undefined)
    throw missing("--method", "the method of the --steps, such as heun; or --correction with a file");
  return chosenMethod(options, { method: "dopri5", tolerances: FLOW_TOLERANCES });
}

/** A flow's states are standardized: of size 1. */
export function warnOfFlowTolerances(
  { method }: ChosenMethod,
  { field }: Pick<Flow, "field">,
  output: Output,
): string[] {
  return method.kind === "adaptive" ? warnOfTolerances(method, field, 1, output) : [];
}

/** `dopri5@1e-5: 12 steps, 1 rejected, 80 evaluations of f, 4.0M MACs a sample, 31 ms.` */
export function costText({ method }: ChosenMethod, statistics: FieldStatistics): string {
  const { nfe, gCalls, macs, acceptedSteps, rejectedSteps, milliseconds } = statistics;
  const rejected = rejectedSteps === 0 ? "" : `, ${rejectedSteps} rejected`;
  const corrections = gCalls === 0 ? "" : `, ${gCalls} of g`;
  const steps = acceptedSteps === 1 ? "1 step" : `${acceptedSteps} steps`;
  return (
    `${method.text}: ${steps}${rejected}, ${nfe} evaluations of f${corrections}, ${formatNumber(macs)} MACs a sample, ` +
    `${formatMilliseconds(milliseconds)}`
  );
}

/** `Wrote a, b.`, after an empty line. */
export function writtenText(files: readonly (string | undefined)[]): string[] {
  const written = files.filter((file) => file !== undefined).map(placeName);
  return written.length === 0 ? [] : ["", `Wrote ${written.join(", ")}.`];
}
