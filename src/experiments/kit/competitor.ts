import {
  compileSolve,
  type Field,
  type FixedMethod,
  type Method,
  orThrow,
  type Span,
} from "../../ode/index.js";
import { formatNumber, type Role } from "../../plot/internal.js";
import type { NamedTensors, RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import type { Tensor } from "../../tensor/index.js";
import type { Contestant } from "./contest.js";

/** A method in a comparison. */
export interface Competitor {
  readonly method: Method;
  /** Where the method's own says too little. */
  readonly title?: string;
  readonly role: Role;
  /** Whether a hypersolver takes the steps that its g learned. */
  readonly fitted?: boolean;
}

/** A method as tables and figures name it. */
export interface MethodLabels {
  /** `Heun`, `HyperHeun`, `dopri5`. */
  readonly method: string;
  readonly role: Role;
  /** Of a fixed method. */
  readonly steps: number | undefined;
  /** Of an adaptive one. */
  readonly tolerance: number | undefined;
  /** The method's spelling: `heun:4`. Absent in results of earlier versions. */
  readonly spelling?: string;
  readonly fitted?: boolean | undefined;
}

export function labelsOf({ method, title = method.title, role, fitted }: Competitor): MethodLabels {
  return {
    method: title,
    role,
    steps: method.kind === "fixed" ? stepCount(method) : undefined,
    tolerance: method.kind === "adaptive" ? method.rtol : undefined,
    spelling: method.text,
    fitted,
  };
}

/** How a method is set, as tables say it: its steps, or its tolerance. */
export const settingOf = ({ steps, tolerance }: Pick<MethodLabels, "steps" | "tolerance">): string | number =>
  steps ?? `tol ${tolerance?.toExponential()}`;

/**
 * How a measured method is set, as figures and sentences say it: `K = 2`, `tolerance 1e-3`. Learned coefficients have a
 * single step for the whole span; their evaluations say more, `n = 8`, and of students their size.
 */
export function pointLabel({
  steps,
  tolerance,
  nfe,
  macs,
  spelling = "",
}: MethodLabels & { readonly nfe: number; readonly macs: number }): string {
  if (steps === undefined) return `tolerance ${tolerance?.toExponential()}`;
  if (spelling.startsWith("student")) return `${formatNumber(macs)} MACs`;
  return spelling.startsWith("ns") ? `n = ${nfe}` : `K = ${steps}`;
}

/** Steps of a whole solve. */
export const stepCount = ({ grid }: FixedMethod): number =>
  "steps" in grid ? grid.steps : grid.mesh.length - 1;

/**
 * Distinct numbers of whole steps that the budgets of evaluations buy.
 * @param nfe what so many steps cost.
 * @param fewest steps in which the method is itself.
 */
export function stepsWithin(
  budgets: readonly number[],
  nfe: (steps: number) => number,
  fewest = 1,
): number[] {
  const most = (budget: number): number => {
    let steps = 0;
    while (nfe(steps + 1) <= budget) steps++;
    return steps;
  };
  return [...new Set(budgets.map(most).filter((steps) => steps >= fewest))];
}

/** Where a solve starts. */
export interface SolveCase {
  readonly z0: Tensor;
  readonly controls?: NamedTensors;
}

/** A method that solves a field, with its labels. */
export interface SolveContestant<Case, Result> extends Contestant<Case, Result> {
  readonly labels: MethodLabels;
}

/** @param finish makes of the state at the end of the span what is measured; its time does not count. */
export function solveContestant<Case extends SolveCase, Result>(
  competitor: Competitor,
  { field, span, context }: { readonly field: Field; readonly span: Span; readonly context: RunContext },
  finish: (end: Tensor, of: Case) => Result | Promise<Result>,
): SolveContestant<Case, Result> {
  const labels = labelsOf(competitor);
  return {
    method: labels.method,
    labels,
    prepare: async () => {
      const { method } = competitor;
      const compiled = await compileSolve(field, { ...machineOf(context), method, span });
      return {
        run: async (of) => {
          const solution = await compiled.run(of.z0, of.controls);
          const result = await finish(orThrow(solution).states.at(-1) as Tensor, of);
          const { statistics } = solution;
          return { result, costs: statistics, milliseconds: statistics.milliseconds };
        },
        dispose: () => compiled.dispose(),
      };
    },
  };
}
