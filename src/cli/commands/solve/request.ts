import { parseMethodSpec, type Samples } from "../../../hypersolver/internal.js";
import { type Field, fieldAs, type Method } from "../../../ode/index.js";
import { magnitudeOf, type SolvePlace, stateType } from "../../../ode/internal.js";
import type { Tensor } from "../../../tensor/index.js";
import { readField, warnOfCard, warnOfCoefficients, warnOfStates } from "../../files/models.js";
import { solveSamples } from "../../files/states.js";
import { type TablePlace, tablePlace } from "../../files/table-place.js";
import { type ChosenMethod, chosenMethod, missing, requireOwnSpan, usesOf } from "../../options/method.js";
import { SPAN } from "../../options/needs.js";
import type { Machine } from "../../options/options.js";
import { parseStates } from "../../options/parse.js";
import { warnOfTolerances } from "../../options/tolerances.js";
import { unusable } from "../../options/usage-error.js";
import type { Output } from "../../terminal/output.js";
import { statesShape } from "./states-file.js";
import type { SolveOptions } from "./table.js";

/** What `solve` is asked for, with its files read. */
export interface SolveRequest {
  readonly field: Field;
  readonly samples: Samples;
  readonly chosen: ChosenMethod;
  readonly place: SolvePlace;
  /** Where the states are written. */
  readonly table: TablePlace | undefined;
  /** What was warned of. */
  readonly warnings: readonly string[];
}

/** How and for whom a request is solved. */
export interface SolveRun {
  readonly options: SolveOptions & Machine;
  readonly signal: AbortSignal;
  readonly output: Output;
}

/**
 * Reads the files that the options name, draws what they leave to chance, and warns of what does not fit together.
 * @throws USAGE for options that exclude or lack one another.
 */
export async function solveRequest(
  options: SolveOptions,
  { output, asJson }: { readonly output: Output; readonly asJson?: boolean | undefined },
): Promise<SolveRequest> {
  refuseContradictions(options);
  const given = await readField(options.field, options);
  const field = options.precision === undefined ? given : fieldAs(given, options.precision);
  const chosen = await chosenMethod(options, { method: "dopri5" });
  if (options.precision !== undefined && chosen.correction !== undefined)
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
  return { field, samples, chosen, place, table, warnings };
}

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

/** Warns of tolerances that nothing can meet before the solve. */
function tolerancesOf(method: Method, field: Field, z0: Tensor, output: Output): string[] {
  if (method.kind === "fixed") return [];
  const advice = ", or solve in --precision float64";
  return warnOfTolerances(method, field, magnitudeOf(z0), output, advice);
}
