import {
  type Correction,
  hyperRule,
  measuringReference,
  type ReferenceSettings,
  referenceEnds,
  type Samples,
  stateErrors,
} from "../../hypersolver/index.js";
import {
  type ButcherTableau,
  type CompiledSolveOptions,
  compileSolve,
  dopri5,
  euler,
  type Field,
  heun,
  midpoint,
  rk4,
  type Span,
  type StepRule,
  tableauRule,
} from "../../ode/index.js";
import type { CompileOptions } from "../../runtime/index.js";
import type { Tensor } from "../../tensor/index.js";

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
  /** How to solve them otherwise. Default: `measuringReference`. */
  readonly measuring?: ReferenceSettings;
  /** Timed runs of each solve. Default 3. */
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
  dopri5: "dopri5 (fixed)",
  ralston: "Ralston",
};
/** How a method is written in tables and figures. */
export const methodTitle = (name: string): string => titles[name] ?? name;
export const hyperTitle = (base: string): string =>
  `Hyper${methodTitle(base).replace(/^./, (letter) => letter.toUpperCase())}`;

type Job = () => Promise<ComparisonRow>;

/**
 * Measures every fixed method, the hypersolver and dopri5 on the same states: error against cost, in three currencies.
 * A budget that a method cannot spend exactly (4 stages, 6 evaluations) is rounded down to whole steps.
 */
export async function compareMethods(options: ComparisonOptions): Promise<ComparisonRow[]> {
  const { field, span, samples, onProgress, measuring = measuringReference(field) } = options;
  const reference =
    options.reference ?? (await referenceEnds(field, span, samples, measuring, options.compile));
  const jobs = [...fixedJobs(options, reference), ...adaptiveJobs(options, reference)];
  const rows: ComparisonRow[] = [];
  for (const [i, job] of jobs.entries()) {
    rows.push(await job());
    onProgress?.(i + 1, jobs.length);
  }
  return rows;
}

function fixedJobs(options: ComparisonOptions, reference: Tensor): Job[] {
  const { field, correction, budget } = options;
  const bases =
    correction === undefined || classics.includes(correction.base)
      ? classics
      : [...classics, correction.base];
  const cases: Omit<FixedCase, "steps">[] = bases.map((tableau) => ({
    rule: tableauRule(field, tableau),
    title: methodTitle(tableau.name),
    role: tableau.name === correction?.base.name ? "base" : "other",
  }));
  if (correction !== undefined) {
    cases.push({
      rule: hyperRule(field, correction),
      title: hyperTitle(correction.base.name),
      role: "hypersolver",
    });
  }
  return cases.flatMap((fixed) =>
    stepCounts(budget, fixed.rule.cost.nfe).map(
      (steps) => () => fixedRow(options, { ...fixed, steps }, reference),
    ),
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
  const costs = {
    nfe: rule.cost.nfe * steps,
    gCalls: rule.cost.gCalls * steps,
    macs: rule.cost.macs * steps,
  };
  const measured = await measureSolve(options, { span: options.span, steps, rule }, reference);
  return { method: title, steps, tolerance: undefined, role, ...costs, ...measured };
}

function adaptiveJobs(options: ComparisonOptions, reference: Tensor): Job[] {
  const { span, tolerances = [1e-3, 1e-5] } = options;
  return tolerances.map((tolerance) => async () => {
    const solve = { span, method: dopri5, rtol: tolerance, atol: tolerance };
    const measured = await measureSolve(options, solve, reference);
    return { method: "dopri5", steps: undefined, tolerance, role: "reference" as const, ...measured };
  });
}

type Measured = Pick<ComparisonRow, "nfe" | "gCalls" | "macs" | "milliseconds" | "error" | "relative">;

/** Compiles once, compares the end with the reference, then takes the median time of warm runs. */
async function measureSolve(
  { field, samples, compile, repetitions = 3 }: ComparisonOptions,
  solve: CompiledSolveOptions,
  reference: Tensor,
): Promise<Measured> {
  const compiled = await compileSolve(field, { ...compile, ...solve });
  try {
    const solution = await compiled.run(samples.z0, samples.controls);
    const { nfe, gCalls, macs } = solution.statistics;
    if (solution.status !== "success") return { nfe, gCalls, macs, ...broken };
    const errors = stateErrors(solution.states.at(-1) as Tensor, reference);
    const times: number[] = [];
    for (let i = 0; i < repetitions; i++)
      times.push((await compiled.run(samples.z0, samples.controls)).statistics.milliseconds);
    const milliseconds = times.sort((a, b) => a - b)[Math.floor(repetitions / 2)] ?? Number.NaN;
    return { nfe, gCalls, macs, milliseconds, error: errors.mean, relative: errors.relative };
  } finally {
    await compiled.dispose();
  }
}

/** What is said of a method that ran into NaN or a limit. */
const broken = {
  milliseconds: Number.NaN,
  error: Number.POSITIVE_INFINITY,
  relative: Number.POSITIVE_INFINITY,
};
