import { compileGuardedSolve, type GuardedStates, guardFallback } from "../../../hypersolver/index.js";
import { type Samples, shiftWarnings } from "../../../hypersolver/internal.js";
import type { Field, FixedMethod, Method, Span } from "../../../ode/index.js";
import { formatMilliseconds, formatNumber } from "../../../plot/internal.js";
import { formatShape } from "../../../tensor/index.js";
import { compileOptions } from "../../files/models.js";
import { placeName } from "../../files/standard-input.js";
import type { TablePlace } from "../../files/table-place.js";
import { calibratedMethod } from "../../options/calibrated-method.js";
import { type ChosenMethod, chosenMethod } from "../../options/method.js";
import type { Machine } from "../../options/options.js";
import type { Output } from "../../terminal/output.js";
import { preview } from "./preview.js";
import { guardedContent } from "./states-file.js";
import type { SolveOptions } from "./table.js";

/** What `solve --guard` is asked. */
interface GuardedAsk {
  readonly guard: number;
  readonly field: Field;
  readonly samples: Samples;
  readonly chosen: ChosenMethod;
  readonly span: Span | undefined;
  readonly options: SolveOptions & Machine;
  /** Where the states are written. */
  readonly table: TablePlace | undefined;
  readonly signal: AbortSignal;
  readonly output: Output;
}

/** What a command answers. */
interface Answer {
  readonly text: string;
  readonly json: object;
}

/** Solves by a learned method whose file has bounds of its errors, and again what exceeds the guard. */
export async function guardedAnswer(ask: GuardedAsk, warnings: readonly string[]): Promise<Answer> {
  const { guard, field, samples, chosen, options, signal, output } = ask;
  const { method, calibration } = calibratedMethod(chosen);
  const { span = calibration.span } = ask;
  const { guardMethod, coverage } = options;
  const fallback =
    guardMethod === undefined
      ? guardFallback(field, guard)
      : (await chosenMethod({ method: guardMethod }, {})).method;
  const spec = { guard, coverage, fallback };
  const solve = await compileGuardedSolve(field, method, span, calibration, spec, compileOptions(options));
  try {
    const states = await solve.run(samples.z0, samples.controls, signal);
    const shifted = shiftWarnings(states.shift);
    for (const warning of shifted) output.warn(warning);
    await ask.table?.write(guardedContent(states, { span, field: options.field }));
    return {
      text: textOf(states, method, ask, fallback),
      json: jsonOf(states, method, ask, fallback, [...warnings, ...shifted]),
    };
  } finally {
    await solve.dispose();
  }
}

function jsonOf(
  { end, bounds, refined, shift, statistics }: GuardedStates,
  { text: method }: FixedMethod,
  { guard, options }: GuardedAsk,
  fallback: Method,
  warnings: readonly string[],
): object {
  // JSON has no infinity: a sample of which nothing is known has null.
  const told = [...bounds].map((bound) => (Number.isFinite(bound) ? bound : null));
  return {
    status: "success",
    method,
    shape: end.shape,
    guard,
    fallback: fallback.text,
    ...statistics,
    shift: shift ?? null,
    errorBounds: told,
    refinedRows: refined,
    warnings,
    out: options.out ?? null,
  };
}

function textOf(
  { end, bounds, refined, statistics }: GuardedStates,
  { text }: FixedMethod,
  { guard, options: { out } }: GuardedAsk,
  fallback: Method,
): string {
  const { samples, coverage, needed, fastNfe, fallbackNfe, meanNfe, milliseconds } = statistics;
  const kept = [...bounds].filter((bound) => bound <= guard);
  const sure = `${formatNumber(100 * coverage)} %`;
  return [
    `${text}: ${fastNfe} evaluations of f, ${formatMilliseconds(milliseconds)} for ${formatShape(end.shape)}.`,
    kept.length === 0
      ? `No sample has an error bound (${sure}) within the guard, ${formatNumber(guard)}.`
      : `${kept.length} of ${samples} samples have error bounds (${sure}) within the guard, ${formatNumber(guard)}: ` +
        `${formatNumber(Math.min(...kept))} to ${formatNumber(Math.max(...kept))}.`,
    refined.length === 0
      ? "None was solved again."
      : `${refined.length} were solved again by ${fallback.text} (${fallbackNfe} evaluations), which makes ` +
        `${formatNumber(meanNfe)} evaluations a sample; ${needed} of them were further off than the guard.`,
    out === undefined ? preview(end) : `Wrote ${placeName(out)}.`,
  ].join("\n");
}
