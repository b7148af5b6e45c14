import { parseMethodSpec } from "../../../hypersolver/internal.js";
import {
  type Field,
  type FieldSolution,
  fieldAs,
  type Method,
  orThrow,
  solveField,
} from "../../../ode/index.js";
import { jumpWarning, magnitudeOf, type SolvePlace, stateType, stiffWarning } from "../../../ode/internal.js";
import { formatMilliseconds, formatNumber } from "../../../plot/internal.js";
import { formatShape, type Tensor } from "../../../tensor/index.js";
import {
  compileOptions,
  readField,
  warnOfCard,
  warnOfCoefficients,
  warnOfStates,
} from "../../files/models.js";
import { placeName } from "../../files/standard-input.js";
import { solveSamples } from "../../files/states.js";
import { tablePlace } from "../../files/table-place.js";
import { type ChosenMethod, chosenMethod, missing, requireOwnSpan, usesOf } from "../../options/method.js";
import { SPAN } from "../../options/needs.js";
import { parseStates } from "../../options/parse.js";
import { plainJob, type SpecJob } from "../../options/spec-command.js";
import { warnOfTolerances } from "../../options/tolerances.js";
import { unusable } from "../../options/usage-error.js";
import { onInterrupt } from "../../terminal/interruption.js";
import type { Output } from "../../terminal/output.js";
import { type CheckAsk, checkWarning, type FinerSolve, finerSolve, growthWarning } from "./check.js";
import { guardedAnswer } from "./guarded.js";
import { preview } from "./preview.js";
import { statesContent, statesShape } from "./states-file.js";
import { type SolveOptions, solveTable } from "./table.js";

/** `hypersolvers solve`. */
export const solveJob: SpecJob<typeof solveTable> = plainJob(
  solveTable,
  async (options, { output, asJson }) => {
    const { field: path, guard } = options;
    refuseContradictions(options);
    const given = await readField(path, options);
    const field = options.precision === undefined ? given : fieldAs(given, options.precision);
    const chosen = await chosenMethod(options, { method: "dopri5" });
    const { method, correction } = chosen;
    if (options.precision !== undefined && correction !== undefined)
      throw unusable(
        "--precision",
        "no correction: it learned the errors of its field's own precision",
        "both",
      );
    const place = placeOf(options, chosen, field);
    if (place.span !== undefined) requireOwnSpan(chosen, place.span);
    const shape = statesShape(options, stateType(field).shape.length);
    const table = await tablePlace(options, shape, { output, asJson });
    const samples = await solveSamples(field, parseStates(options.states), options, {
      count: options.samples,
      seed: options.seed,
    });
    const warnings = warnOfRequest(chosen, field, samples.z0, place, output);
    const interruption = onInterrupt(output, "Stopping the solve.");
    if (guard !== undefined) {
      const ask = {
        guard,
        field,
        samples,
        chosen,
        span: place.span,
        options,
        table,
        output,
        signal: interruption.signal,
      };
      return guardedAnswer(ask, warnings).finally(interruption.release);
    }
    const machine = { ...compileOptions(options), signal: interruption.signal };
    const ask: CheckAsk = { field, ...samples, place, options: machine };
    const began = performance.now();
    const { solution, check } = await solved(ask, method, options.check === true).finally(
      interruption.release,
    );
    const whole = performance.now() - began;
    const failed = solution.status !== "success";
    const kept = failed && options.keepPartial !== true ? undefined : table;
    const file = kept?.path;
    await kept?.write(statesContent(solution, { stacked: options.times !== undefined, field: path }));
    if (failed && file !== undefined) output.note(`The part that was reached is in ${placeName(file)}.`);
    orThrow(solution);
    warnings.push(...warnOfResult(field, solution, method, check, output));
    return {
      text: textOf(solution, method.text, { out: file, check, whole }),
      json: jsonOf(solution, method.text, { out: file, check, whole, warnings }),
    };
  },
);

function refuseContradictions(options: SolveOptions): void {
  const { span, times, guard, coverage, guardMethod, trust, spotCheck, check } = options;
  if (guard !== undefined && check === true)
    throw unusable("--guard, --check", "one of the two: --guard solves doubtful samples again", "both");
  const [ofGuard] = [
    coverage !== undefined && "--coverage",
    guardMethod !== undefined && "--guard-method",
    trust === true && "--trust",
    spotCheck !== undefined && "--spot-check",
  ].filter((name) => name !== false);
  if (guard === undefined && ofGuard !== undefined)
    throw unusable(ofGuard, "--guard beside it, the largest bound of an error", "no --guard");
  if (guard !== undefined && times !== undefined)
    throw unusable("--guard, --times", "--guard with --span: bounds are for its end", "both");
  if (span !== undefined && times !== undefined)
    throw unusable("--span, --times", "one of the two", "both", "--times has start and end already");
}

/** Where to solve; by default where a correction was fitted. */
function placeOf(options: SolveOptions, { method, correction }: ChosenMethod, { path }: Field): SolvePlace {
  const { times, span = correction?.card.span } = options;
  if (times !== undefined) {
    if (correction !== undefined && options.steps === undefined && !saysSteps(options))
      throw missing("--steps", "the number of steps between two --times");
    return { times };
  }
  if (span !== undefined) return { span };
  if (method.kind === "fixed" && "mesh" in method.grid) return {};
  // From noise to data.
  if (path !== undefined) return { span: [0, 1] };
  throw missing(...SPAN);
}

/** Whether the spelling of a corrected method has steps of its own. */
const saysSteps = ({ method }: SolveOptions): boolean => {
  if (method === undefined) return false;
  const spec = parseMethodSpec(method);
  const corrected = spec.kind === "reversible" ? spec.base : spec;
  return corrected.kind === "hyper" && corrected.grid !== undefined;
};

/** Tolerances that nothing can meet are told of before the solve. */
function tolerancesOf(method: Method, field: Field, z0: Tensor, output: Output): string[] {
  if (method.kind === "fixed") return [];
  const advice = ", or solve in --precision float64";
  return warnOfTolerances(method, field, magnitudeOf(z0), output, advice);
}

async function solved(
  ask: CheckAsk,
  method: Method,
  isChecked: boolean,
): Promise<{ readonly solution: FieldSolution; readonly check: FinerSolve | undefined }> {
  const { field, z0, controls, place, options } = ask;
  const solution = await solveField(field, z0, { ...options, ...place, method, controls });
  const isSound = isChecked && solution.status === "success";
  return { solution, check: isSound ? await finerSolve(solution, method, ask) : undefined };
}

/** What can be said before the solve: of tolerances, and of what was learned for another field or place. */
function warnOfRequest(
  chosen: ChosenMethod,
  field: Field,
  z0: Tensor,
  place: SolvePlace,
  output: Output,
): string[] {
  const { method, correction, coefficients } = chosen;
  return correction === undefined
    ? [...tolerancesOf(method, field, z0, output), ...warnOfCoefficients(coefficients, field, output)]
    : [
        ...warnOfCard(correction, field, usesOf(method, place), output),
        ...warnOfStates(correction, z0, (place.span ?? place.times)?.[0], output),
      ];
}

const LOOSER =
  "A looser tolerance (--method dopri5@1e-4) or fixed steps (--method rk4:64) end about as close in a fraction of the time";

/** What the result itself shows of a method that does not fit the field. */
function warnOfResult(
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

interface Written {
  readonly out: string | undefined;
  readonly check: FinerSolve | undefined;
  /** Milliseconds with loading: of programs made ready, and of the check. */
  readonly whole: number;
}

function jsonOf(
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

function textOf(
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
