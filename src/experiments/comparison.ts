import {
  type Correction,
  type FixedMeasurement,
  hyperRule,
  measureRule,
  referenceEnds,
  type Samples,
  stateErrors,
} from "../hypersolver/index.js";
import {
  type ButcherTableau,
  compileSolve,
  dopri5,
  euler,
  type Field,
  type FieldSolution,
  heun,
  midpoint,
  orThrow,
  rk4,
  type Span,
  type StepRule,
  tableauRule,
} from "../ode/index.js";
import type { CompileOptions } from "../runtime/index.js";
import { isHypersolversError, type Tensor } from "../tensor/index.js";

/** One way to solve, measured. */
export interface ComparisonRow {
  /** `Heun`, `HyperHeun`, `dopri5`. */
  readonly method: string;
  /** Steps of a fixed method. */
  readonly steps: number | undefined;
  /** Tolerance of an adaptive one. */
  readonly tolerance: number | undefined;
  readonly nfe: number;
  readonly gCalls: number;
  /** Multiply–accumulates a sample, g included. */
  readonly macs: number;
  /** Median wall-clock time of one solve of all samples. */
  readonly milliseconds: number;
  /** Mean Euclidean distance to the reference; infinite where the method broke. */
  readonly error: number;
  /** The same over the mean norm of the reference. */
  readonly relative: number;
  readonly role: "hypersolver" | "base" | "reference" | "other";
}

export interface ComparisonOptions {
  readonly field: Field;
  readonly correction?: Correction;
  readonly span: Span;
  readonly samples: Samples;
  /** Numbers of evaluations of f to spend. */
  readonly budget: readonly number[];
  readonly tolerances?: readonly number[];
  /** Reference ends of the samples, when already solved. */
  readonly reference?: Tensor;
  /** Timed runs of each solve. Default 5. */
  readonly repetitions?: number;
  readonly compile?: CompileOptions;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Fixed-step methods that everything is compared with. */
const classics: readonly ButcherTableau[] = [euler, midpoint, heun, rk4];

const titles: Readonly<Record<string, string>> = {
  euler: "Euler",
  midpoint: "midpoint",
  heun: "Heun",
  rk4: "RK4",
  ralston: "Ralston",
};
/** How a method is written in tables and figures. */
export const methodTitle = (name: string): string => titles[name] ?? name;
export const hyperTitle = (base: string): string =>
  `Hyper${methodTitle(base).replace(/^./, (letter) => letter.toUpperCase())}`;

type Job = { readonly label: string; readonly run: () => Promise<ComparisonRow> };

/**
 * Measures every fixed method, the hypersolver and dopri5 on the same states: error against cost, in three currencies.
 * A budget that a method cannot spend exactly (4 stages, 6 evaluations) is rounded down to whole steps.
 */
export async function compareMethods(options: ComparisonOptions): Promise<ComparisonRow[]> {
  const { field, span, samples, onProgress } = options;
  const reference = options.reference ?? (await referenceEnds(field, span, samples));
  const jobs = [...fixedJobs(options, reference), ...adaptiveJobs(options, reference)];
  const rows: ComparisonRow[] = [];
  for (const [i, { run }] of jobs.entries()) {
    rows.push(await run());
    onProgress?.(i + 1, jobs.length);
  }
  return rows;
}

function fixedJobs({ field, correction, budget, ...rest }: ComparisonOptions, reference: Tensor): Job[] {
  const rules: { rule: StepRule; title: string; role: ComparisonRow["role"] }[] = classics.map((tableau) => ({
    rule: tableauRule(field, tableau),
    title: methodTitle(tableau.name),
    role: tableau.name === correction?.base.name ? "base" : "other",
  }));
  if (correction !== undefined) {
    const isClassic = classics.some(({ name }) => name === correction.base.name);
    if (!isClassic)
      rules.push({
        rule: tableauRule(field, correction.base),
        title: methodTitle(correction.base.name),
        role: "base",
      });
    rules.push({
      rule: hyperRule(field, correction),
      title: hyperTitle(correction.base.name),
      role: "hypersolver",
    });
  }
  return rules.flatMap(({ rule, title, role }) =>
    stepCounts(budget, rule.cost.nfe).map((steps) => ({
      label: `${title} ${steps}`,
      run: () => fixedRow({ field, ...rest, budget }, { rule, title, role, steps }, reference),
    })),
  );
}

/** Distinct numbers of whole steps that the budgets buy. */
function stepCounts(budget: readonly number[], nfeEach: number): number[] {
  return [...new Set(budget.map((nfe) => Math.floor(nfe / nfeEach)).filter((steps) => steps >= 1))];
}

interface FixedCase {
  readonly rule: StepRule;
  readonly title: string;
  readonly role: ComparisonRow["role"];
  readonly steps: number;
}

async function fixedRow(
  options: ComparisonOptions,
  { rule, title, role, steps }: FixedCase,
  reference: Tensor,
): Promise<ComparisonRow> {
  const { field, span, samples, compile } = options;
  const costs = {
    nfe: rule.cost.nfe * steps,
    gCalls: rule.cost.gCalls * steps,
    macs: rule.cost.macs * steps,
  };
  const head = { method: title, steps, tolerance: undefined, role, ...costs };
  try {
    const { errors }: FixedMeasurement = await measureRule(
      field,
      rule,
      span,
      steps,
      samples,
      reference,
      compile,
    );
    const milliseconds = await timedSolve({ ...options, solve: { span, steps, rule } });
    return { ...head, milliseconds, error: errors.mean, relative: errors.relative };
  } catch (error) {
    if (!isHypersolversError(error, "NON_FINITE")) throw error;
    return {
      ...head,
      milliseconds: Number.NaN,
      error: Number.POSITIVE_INFINITY,
      relative: Number.POSITIVE_INFINITY,
    };
  }
}

function adaptiveJobs(options: ComparisonOptions, reference: Tensor): Job[] {
  const { field, span, samples, compile, tolerances = [1e-3, 1e-5] } = options;
  return tolerances.map((tolerance) => ({
    label: `dopri5 ${tolerance}`,
    run: async () => {
      const solve = { span, method: dopri5, rtol: tolerance, atol: tolerance };
      const compiled = await compileSolve(field, { ...compile, ...solve });
      const solution = (await compiled.run(samples.z0, samples.controls)) as FieldSolution;
      await compiled.dispose();
      const errors = stateErrors(orThrow(solution).states.at(-1) as Tensor, reference);
      const { nfe, gCalls, macs } = solution.statistics;
      const milliseconds = await timedSolve({ ...options, solve });
      return {
        method: "dopri5",
        steps: undefined,
        tolerance,
        nfe,
        gCalls,
        macs,
        milliseconds,
        error: errors.mean,
        relative: errors.relative,
        role: "reference" as const,
      };
    },
  }));
}

type TimedOptions = ComparisonOptions & { readonly solve: Parameters<typeof compileSolve>[1] };

/** Median time of a solve that is compiled already. */
async function timedSolve({
  field,
  samples,
  compile,
  repetitions = 5,
  solve,
}: TimedOptions): Promise<number> {
  const compiled = await compileSolve(field, { ...compile, ...solve });
  const times: number[] = [];
  for (let i = 0; i <= repetitions; i++)
    times.push((await compiled.run(samples.z0, samples.controls)).statistics.milliseconds);
  await compiled.dispose();
  const warm = times.slice(1).sort((a, b) => a - b);
  return warm[Math.floor(warm.length / 2)] ?? Number.NaN;
}
