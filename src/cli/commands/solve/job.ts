import { hyperRule } from "../../../hypersolver/index.js";
import {
  type CompiledSolveOptions,
  DEFAULT_TOLERANCES,
  type Field,
  type FieldSolution,
  fieldAs,
  isAdaptive,
  magnitudeOf,
  orThrow,
  type Span,
  solveField,
} from "../../../ode/index.js";
import { textTable } from "../../../plot/index.js";
import { formatMilliseconds, formatNumber } from "../../../plot/internal.js";
import { formatShape, type Tensor, toFloat64 } from "../../../tensor/index.js";
import { requireWritableFile, writeWhole } from "../../files/files.js";
import {
  compileOptions,
  type LoadedCorrection,
  readCorrection,
  readField,
  warnOfCard,
  warnOfStates,
} from "../../files/models.js";
import { solveSamples } from "../../files/states.js";
import { methodOption, missing, refuseOtherMethod } from "../../options/method.js";
import { parseStates } from "../../options/parse.js";
import { plainJob, type SpecJob } from "../../options/spec-command.js";
import { warnOfTolerances } from "../../options/tolerances.js";
import { unusable } from "../../options/usage-error.js";
import { type Interruption, onInterrupt } from "../../terminal/interruption.js";
import type { Output } from "../../terminal/output.js";
import { statesFile } from "./states-file.js";
import { type SolveOptions, solveTable } from "./table.js";

/** `hypersolvers solve`. */
export const solveJob: SpecJob<typeof solveTable> = plainJob(solveTable, async (options, { output }) => {
  const { field: path } = options;
  refuseContradictions(options);
  const given = await readField(path, options);
  const field = options.precision === undefined ? given : fieldAs(given, options.precision);
  const correction = await readCorrection(options.correction);
  const plan = planOf(options, correction);
  if (options.out !== undefined) await requireWritableFile(options.out);
  const samples = await solveSamples(field, parseStates("--states", options.states), options, {
    count: options.samples,
    seed: options.seed,
  });
  const warnings =
    correction === undefined
      ? tolerancesOf(plan, field, samples.z0, output)
      : [
          ...warnOfCard(correction, field, usesOf(plan), output),
          ...warnOfStates(correction, samples.z0, (plan.span ?? plan.times)?.[0], output),
        ];
  const interruption = plan.steps === undefined ? onInterrupt(output, "Stopping the solve.") : undefined;
  const solution = await solved(interruption, (signal) =>
    solveField(field, samples.z0, {
      ...compileOptions(options),
      ...plan,
      ...(correction !== undefined && { rule: hyperRule(field, correction) }),
      ...(signal !== undefined && { signal }),
      controls: samples.controls,
    }),
  );
  const failed = solution.status !== "success";
  const file = failed && options.keepPartial !== true ? undefined : options.out;
  if (file !== undefined)
    await writeWhole(file, statesFile(solution, { stacked: options.times !== undefined, field: path }));
  if (failed && file !== undefined) output.note(`The part that was reached is in ${file}.`);
  orThrow(solution);
  const method = correction === undefined ? String(plan.method) : `hyper-${correction.base.name}`;
  return { text: textOf(solution, method, file), json: jsonOf(solution, method, { out: file, warnings }) };
});

/** What `solveField` is given besides field and runtime. */
type SolvePlan = Pick<CompiledSolveOptions, "span" | "times" | "steps" | "rtol" | "atol" | "maxSteps"> & {
  readonly method: string;
};

function refuseContradictions({ steps, rtol, atol, maxSteps, span, times, ...rest }: SolveOptions): void {
  const adaptive = Object.entries({ "--rtol": rtol, "--atol": atol, "--max-steps": maxSteps }).flatMap(
    ([name, value]) => (value === undefined ? [] : [name]),
  );
  if (span !== undefined && times !== undefined)
    throw unusable("--span, --times", "one of the two", "both", "--times has start and end already");
  if (rest.precision !== undefined && rest.correction !== undefined)
    throw unusable(
      "--precision",
      "no --correction: it learned the errors of its field's own precision",
      "both",
    );
  if (adaptive.length === 0) return;
  const fixed = steps !== undefined ? "--steps" : rest.correction !== undefined ? "--correction" : undefined;
  if (fixed !== undefined)
    throw unusable(
      adaptive.join(", "),
      `tolerances or ${fixed}: equal steps have no step control`,
      `both`,
      `drop ${adaptive.join(" and ")}, or drop ${fixed}`,
    );
}

function planOf(options: SolveOptions, correction: LoadedCorrection | undefined): SolvePlan {
  const { times, rtol, atol, maxSteps } = options;
  if (correction !== undefined) refuseOtherMethod(correction, options.method);
  if (correction !== undefined && times !== undefined && options.steps === undefined)
    throw missing("--steps", "the number of steps between two --times");
  const span = options.span ?? (times === undefined ? correction?.card.span : undefined);
  const steps = options.steps ?? correction?.card.steps;
  const tableau = correction?.base ?? methodOption(options.method ?? "dopri5");
  if (span === undefined && times === undefined) throw missing("--span", "from where to where, such as 0,1");
  if (steps === undefined && !isAdaptive(tableau)) {
    throw unusable("--steps", `a number of steps: ${tableau.name} has no error estimate`, "nothing");
  }
  return {
    method: tableau.name,
    ...(span !== undefined && { span }),
    ...(times !== undefined && { times }),
    ...(steps !== undefined && { steps }),
    ...(rtol !== undefined && { rtol }),
    ...(atol !== undefined && { atol }),
    ...(maxSteps !== undefined && { maxSteps }),
  };
}

/** Tolerances that nothing can meet are told of before the solve. */
function tolerancesOf(plan: SolvePlan, field: Field, z0: Tensor, output: Output): string[] {
  if (plan.steps !== undefined) return [];
  const { rtol, atol } = { ...DEFAULT_TOLERANCES, ...plan };
  const advice = ", or solve in --precision float64";
  return warnOfTolerances({ rtol, atol }, field, magnitudeOf(z0), output, advice);
}

/** Every span that is covered in `steps` steps. */
function usesOf({ span, times, steps = 1 }: SolvePlan): { readonly span: Span; readonly steps: number }[] {
  if (span !== undefined) return [{ span, steps }];
  const points = times ?? [];
  return points.slice(1).map((end, i) => ({ span: [points[i] ?? end, end], steps }));
}

async function solved(
  interruption: Interruption | undefined,
  solve: (signal: AbortSignal | undefined) => Promise<FieldSolution>,
): Promise<FieldSolution> {
  try {
    return await solve(interruption?.signal);
  } finally {
    interruption?.release();
  }
}

interface Written {
  readonly out: string | undefined;
  readonly warnings: readonly string[];
}

function jsonOf(solution: FieldSolution, method: string, { out, warnings }: Written): object {
  const { status, message, times, states, statistics } = solution;
  return {
    status,
    message,
    method,
    times,
    shape: states.at(-1)?.shape,
    ...statistics,
    warnings,
    out: out ?? null,
  };
}

/** Rows of the last state to show when nothing is written. */
const SHOWN_ROWS = 5;

function textOf(
  { message, statistics, states }: FieldSolution,
  method: string,
  out: string | undefined,
): string {
  const { nfe, gCalls, macs, acceptedSteps, rejectedSteps, milliseconds } = statistics;
  const rejected = rejectedSteps === 0 ? "" : `, ${rejectedSteps} rejected`;
  const corrections = gCalls === 0 ? "" : `, ${gCalls} of g`;
  const end = states.at(-1) as Tensor;
  return [
    `${message} ${method}: ${acceptedSteps} steps${rejected}, ${nfe} evaluations of f${corrections}, ` +
      `${formatNumber(macs)} MACs a sample, ${formatMilliseconds(milliseconds)} for ${formatShape(end.shape)}.`,
    out === undefined ? preview(end) : `Wrote ${out}.`,
  ].join("\n");
}

function preview(end: Tensor): string {
  const [count = 0] = end.shape;
  const width = Math.max(1, end.data.length / Math.max(1, count));
  const columns = Math.min(width, 8);
  const values = toFloat64(end);
  const rows = Array.from({ length: Math.min(count, SHOWN_ROWS) }, (_, i) => [
    `${i}`,
    ...Array.from({ length: columns }, (_, j) => (values[i * width + j] ?? Number.NaN).toPrecision(6)),
  ]);
  const table = textTable(
    [
      { label: "sample", align: "right" },
      ...(rows[0]?.slice(1).map((_, j) => ({ label: `z[${j}]`, align: "right" as const })) ?? []),
    ],
    rows,
  );
  const more =
    count > SHOWN_ROWS || width > columns ? "\nShortened; --out FILE.safetensors keeps everything." : "";
  return `${table}${more}`;
}
