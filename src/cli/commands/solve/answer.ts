import type { Field, FieldSolution, Method } from "../../../ode/index.js";
import { jumpWarning, stiffWarning } from "../../../ode/internal.js";
import { formatMilliseconds, formatNumber } from "../../../plot/internal.js";
import { formatShape, type Tensor } from "../../../tensor/index.js";
import { placeName } from "../../files/standard-input.js";
import type { Output } from "../../terminal/output.js";
import { checkWarning, type FinerSolve, growthWarning } from "./check.js";
import { preview } from "./preview.js";

const LOOSER =
  "A looser tolerance (--method dopri5@1e-4) or fixed steps (--method rk4:64) end about as close in a fraction of the time";

/** What the result itself shows of a method that does not fit the field. */
export function warnOfResult(
  field: Field,
  solution: FieldSolution,
  method: Method,
  check: FinerSolve | undefined,
  output: Output,
): string[] {
  const { jumps } = solution.statistics;
  const found = [
    solution.statistics.stiff === true ? stiffWarning(method.name) : undefined,
    jumps === undefined ? undefined : jumpWarning(field, method.text, jumps, LOOSER),
    check === undefined ? growthWarning(method, solution) : checkWarning(check, method.text),
  ].filter((warning) => warning !== undefined);
  for (const warning of found) output.warn(warning);
  return found;
}

/** What became of a solve, beside its solution. */
interface Written {
  readonly out: string | undefined;
  readonly check: FinerSolve | undefined;
  /** Milliseconds with loading: of programs made ready, and of the check. */
  readonly whole: number;
}

export function jsonOf(
  solution: FieldSolution,
  method: string,
  { out, check, whole, warnings }: Written & { readonly warnings: readonly string[] },
): object {
  const { status, message, times, states, statistics } = solution;
  return {
    status,
    message,
    method,
    times,
    shape: states.at(-1)?.shape,
    ...statistics,
    wholeMilliseconds: whole,
    ...(check !== undefined && { check: { relative: null, ...check } }),
    warnings,
    out: out ?? null,
  };
}

export function textOf(
  { message, statistics, states }: FieldSolution,
  method: string,
  { out, check, whole }: Written,
): string {
  const { nfe, gCalls, jacobians = 0, macs, acceptedSteps, rejectedSteps, milliseconds } = statistics;
  const steps = acceptedSteps === 1 ? "1 step" : `${acceptedSteps} steps`;
  const rejected = rejectedSteps === 0 ? "" : `, ${rejectedSteps} rejected`;
  const corrections = gCalls === 0 ? "" : `, ${gCalls} of g`;
  const linearized = jacobians === 0 ? "" : ` with those of ${jacobians} Jacobians`;
  const end = states.at(-1) as Tensor;
  return [
    `${message} ${method}: ${steps}${rejected}, ${nfe} evaluations of f${linearized}${corrections}, ` +
      `${formatNumber(macs)} MACs a sample, ${formatMilliseconds(milliseconds)} for ${formatShape(end.shape)}, ` +
      `${formatMilliseconds(whole)} with loading.`,
    ...(check?.relative === undefined
      ? []
      : [
          `Check: ${check.method} ends ${formatNumber(check.relative)} of its norm away (${check.nfe} evaluations of f).`,
        ]),
    out === undefined ? preview(end) : `Wrote ${placeName(out)}.`,
  ].join("\n");
}
