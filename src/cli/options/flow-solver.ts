import { FLOW_TOLERANCE, type Flow, type FlowSamplerOptions } from "../../models/index.js";
import { type FieldStatistics, isAdaptive } from "../../ode/index.js";
import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import { compileOptions, type LoadedCorrection } from "../files/models.js";
import type { Output } from "../terminal/output.js";
import { methodOption, missing, refuseOtherMethod } from "./method.js";
import type { Machine } from "./spec-command.js";
import type { FlowSolverOptions } from "./tables.js";
import { warnOfTolerances } from "./tolerances.js";
import { unusable } from "./usage-error.js";

/** A checked way to solve a flow. */
export interface FlowSolver {
  /** As people call it: `dopri5`, `hyper-heun`. */
  readonly method: string;
  /** Number of equal steps, if steps are equal. */
  readonly steps?: number;
  /** For `compileFlowSampler` and `compileFlowDensity`. */
  readonly options: FlowSamplerOptions;
}

/**
 * What command-line options ask for: a correction, equal steps, or (default) tolerances.
 * @throws a usage error for contradictions.
 */
export function flowSolver(
  options: FlowSolverOptions & Machine,
  correction: LoadedCorrection | undefined,
): FlowSolver {
  refuseTolerances(options);
  const runtime = compileOptions(options);
  if (correction !== undefined) {
    refuseOtherMethod(correction, options.method);
    const { steps = correction.card.steps } = options;
    return { method: `hyper-${correction.base.name}`, steps, options: { ...runtime, correction, steps } };
  }
  const { method, steps, rtol, atol, maxSteps } = options;
  if (steps !== undefined && method === undefined)
    throw missing("--method", "the method of the --steps, such as heun; or --correction with a file");
  const tableau = methodOption(method ?? "dopri5");
  if (steps === undefined && !isAdaptive(tableau))
    throw missing("--steps", `a number of steps: ${tableau.name} has no error estimate`);
  const limits = {
    ...(rtol !== undefined && { rtol }),
    ...(atol !== undefined && { atol }),
    ...(maxSteps !== undefined && { maxSteps }),
  };
  const fixed = steps === undefined ? {} : { steps };
  return { method: tableau.name, ...fixed, options: { ...runtime, method: tableau, ...fixed, ...limits } };
}

function refuseTolerances({ correction, steps, rtol, atol, maxSteps }: FlowSolverOptions): void {
  const adaptive = Object.entries({ "--rtol": rtol, "--atol": atol, "--max-steps": maxSteps }).flatMap(
    ([name, value]) => (value === undefined ? [] : [name]),
  );
  const fixed = correction !== undefined ? "--correction" : steps !== undefined ? "--steps" : undefined;
  if (adaptive.length === 0 || fixed === undefined) return;
  throw unusable(
    adaptive.join(", "),
    `tolerances or ${fixed}: equal steps have no step control`,
    "both",
    `drop ${adaptive.join(" and ")}, or drop ${fixed}`,
  );
}

/** A flow's states are standardised: of size 1. */
export function warnOfFlowTolerances(
  { steps, options }: FlowSolver,
  { field }: Pick<Flow, "field">,
  output: Output,
): string[] {
  const { rtol = FLOW_TOLERANCE, atol = FLOW_TOLERANCE } = options;
  return steps === undefined ? warnOfTolerances({ rtol, atol }, field, 1, output) : [];
}

/** `dopri5: 12 steps, 1 rejected, 80 evaluations of f, 4.0M MACs a sample, 31 ms.` */
export function costText({ method }: FlowSolver, statistics: FieldStatistics): string {
  const { nfe, gCalls, macs, acceptedSteps, rejectedSteps, milliseconds } = statistics;
  const rejected = rejectedSteps === 0 ? "" : `, ${rejectedSteps} rejected`;
  const corrections = gCalls === 0 ? "" : `, ${gCalls} of g`;
  const steps = acceptedSteps === 1 ? "1 step" : `${acceptedSteps} steps`;
  return (
    `${method}: ${steps}${rejected}, ${nfe} evaluations of f${corrections}, ${formatNumber(macs)} MACs a sample, ` +
    `${formatMilliseconds(milliseconds)}`
  );
}

/** `Wrote a, b.`, after an empty line. */
export function writtenText(files: readonly (string | undefined)[]): string[] {
  const written = files.filter((file) => file !== undefined);
  return written.length === 0 ? [] : ["", `Wrote ${written.join(", ")}.`];
}
