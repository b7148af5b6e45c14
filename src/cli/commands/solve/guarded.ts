import { compileGuardedSolve, type GuardedStates, guardFallback } from "../../../hypersolver/index.js";
import { shiftWarnings } from "../../../hypersolver/internal.js";
import { type Field, type FixedMethod, fixed, type Method } from "../../../ode/index.js";
import { formatMilliseconds, formatNumber } from "../../../plot/internal.js";
import { formatShape, Random } from "../../../tensor/index.js";
import type { JobResult } from "../../command.js";
import { compileOptions } from "../../files/models.js";
import { placeName } from "../../files/standard-input.js";
import { calibratedMethod } from "../../options/calibrated-method.js";
import { type ChosenMethod, chosenMethod } from "../../options/method.js";
import { unusable } from "../../options/usage-error.js";
import { preview } from "./preview.js";
import type { SolveRequest, SolveRun } from "./request.js";
import { guardedContent } from "./states-file.js";
import { BASE } from "./table.js";

/** A solve with the largest bound of an error that needs no second solve. */
interface Guarded extends SolveRun {
  readonly guard: number;
}

/** Solves by a learned method whose file has bounds of its errors, and again what exceeds the guard. */
export async function guardedAnswer(
  { field, samples, chosen, place, table, warnings }: SolveRequest,
  run: Guarded,
): Promise<JobResult> {
  const { guard, options, signal, output } = run;
  const { method, calibration } = calibratedMethod(chosen);
  const { span = calibration.span } = place;
  const { coverage, trust = false, spotCheck, seed } = options;
  const fallback = await fallbackOf(field, chosen, run, method);
  const random = new Random(seed).fork("spot check");
  const spec = {
    ...{ guard, coverage, fallback, trust },
    spotCheck: spotCheck === undefined ? undefined : { samples: spotCheck, random },
  };
  const solve = await compileGuardedSolve(field, method, span, calibration, spec, compileOptions(options));
  try {
    const states = await solve.run(samples.z0, samples.controls, signal);
    const shifted = [...doubtsOf(states, trust), ...doubtsOfFallback(fallback, guard)];
    for (const warning of shifted) output.warn(warning);
    await table?.write(guardedContent(states, { span, field: options.field }));
    return {
      text: textOf(states, method, run, fallback),
      json: jsonOf(states, method, run, fallback, [...warnings, ...shifted]),
    };
  } finally {
    await solve.dispose();
  }
}

/** What solves samples again. */
async function fallbackOf(
  field: Field,
  chosen: ChosenMethod,
  { guard, options: { guardMethod } }: Guarded,
  { grid }: FixedMethod,
): Promise<Method> {
  if (guardMethod === undefined) return guardFallback(field, guard);
  if (guardMethod !== BASE) return (await chosenMethod({ method: guardMethod }, {})).method;
  if (chosen.correction !== undefined) return fixed(chosen.correction.base, grid);
  throw unusable("--guard-method base", "a correction, which has a base", chosen.method.text);
}

/** What speaks against the bounds, and what was made of it. */
function doubtsOf({ shift, isTrusted, statistics }: GuardedStates, trust: boolean): string[] {
  const shifted = shiftWarnings(shift).map(
    (sentence) =>
      `${sentence}; ${trust ? "--trust uses them all the same" : "all samples were solved again (--trust uses the bounds)"}`,
  );
  if (isTrusted || shifted.length > 0) return shifted;
  const { beyond, checked, coverage } = statistics;
  return [
    `${beyond} of ${checked} samples that were checked are beyond their bounds of ${formatNumber(100 * coverage)} %: all were solved again`,
  ];
}

/** A guard below what rounding lets the fallback promise. */
function doubtsOfFallback(fallback: Method, guard: number): string[] {
  if (fallback.kind !== "adaptive" || fallback.rtol <= guard) return [];
  return [
    `what is solved again by ${fallback.text} may itself be further off than the guard, ${formatNumber(guard)}: give a larger guard, or a field in float64`,
  ];
}

function jsonOf(
  { end, bounds, refined, shift, isTrusted, statistics }: GuardedStates,
  { text: method }: FixedMethod,
  { guard, options }: Guarded,
  fallback: Method,
  warnings: readonly string[],
): object {
  // JSON has no infinity: a sample of which nothing is known has null.
  const errorBounds = [...bounds].map((bound) => (Number.isFinite(bound) ? bound : null));
  return {
    status: "success",
    method,
    shape: end.shape,
    guard,
    fallback: fallback.text,
    ...statistics,
    shift: shift ?? null,
    trusted: isTrusted,
    errorBounds,
    refinedRows: refined,
    warnings,
    out: options.out ?? null,
  };
}

function textOf(
  { end, bounds, refined, statistics }: GuardedStates,
  { text }: FixedMethod,
  { guard, options: { out } }: Guarded,
  fallback: Method,
): string {
  const { samples, coverage, needed, fastNfe, fallbackNfe, meanNfe, milliseconds } = statistics;
  const kept = [...bounds].filter((bound) => bound <= guard);
  const sure = `${formatNumber(100 * coverage)} %`;
  return [
    `${text}: ${fastNfe} evaluations of f, ${formatMilliseconds(milliseconds)} for ${formatShape(end.shape)}.`,
    kept.length === 0
      ? `No sample has an error bound (${sure}) within the guard, ${formatNumber(guard)}.`
      : `${kept.length} of ${samples} ${samples === 1 ? "sample has an error bound" : "samples have error bounds"} (${sure}) within the guard, ${formatNumber(guard)}: ` +
        `${formatNumber(Math.min(...kept))} to ${formatNumber(Math.max(...kept))}.`,
    refined.length === 0
      ? "None was solved again."
      : `${refined.length} were solved again by ${fallback.text} (${fallbackNfe} evaluation${fallbackNfe === 1 ? "" : "s"}), which makes ` +
        `${formatNumber(meanNfe)} evaluations a sample; ${needed} of them were further off than the guard.`,
    out === undefined ? preview(end) : `Wrote ${placeName(out)}.`,
  ].join("\n");
}
