import { z } from "zod/mini";
import type { Field, NonStationaryCoefficients } from "../../ode/index.js";
import { checkCoefficients, nonStationaryCoefficientsSchema } from "../../ode/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { parseFacts } from "../../tensor/internal.js";
import { CLOSEST, closestStart } from "./closest-start.js";
import type { EffectiveCoefficients } from "./coefficient-table.js";
import type { EndPairs } from "./end-pairs.js";
import { REGRESSION, regressedStart } from "./regressed-start.js";
import { startingCoefficients, usualStart } from "./starting-coefficients.js";

/** Coefficients that a fit begins with. */
export interface FitStart {
  readonly name: string;
  readonly coefficients: NonStationaryCoefficients;
}

/**
 * The start that was named, the closest of those there are, or the one that is computed; the usual method where that cannot be.
 * @param prepared what `startText` made of an earlier session: it is not computed again, since another machine or number of
 *   threads may find another.
 * @throws MALFORMED_FILE for other text; INVALID_ARGUMENT for coefficients that are none.
 */
export async function startFor(
  field: Field,
  spec: EffectiveCoefficients,
  pairs: EndPairs,
  context: RunContext,
  prepared?: string,
): Promise<FitStart> {
  if (prepared !== undefined) return startOfText(prepared);
  const computed = spec.start === REGRESSION ? await regressedStart(field, spec, pairs, context) : undefined;
  if (computed !== undefined) return { name: REGRESSION, coefficients: computed };
  const named = spec.start === REGRESSION ? usualStart(spec.evaluations) : spec.start;
  const name = named === CLOSEST ? await closestStart(field, spec, pairs, context) : named;
  return { name, coefficients: startingCoefficients(name, spec.evaluations) };
}

/** A start as JSON, every number exactly. */
export const startText = ({ name, coefficients: { times, rows } }: FitStart): string =>
  JSON.stringify({ name, coefficients: { times, rows } });

const schema = z.object({ name: z.string(), coefficients: nonStationaryCoefficientsSchema });

function startOfText(text: string): FitStart {
  const wanted = { what: "the start in a checkpoint", expected: "coefficients, as a fit writes them" };
  const { name, coefficients } = parseFacts(schema, text, wanted);
  checkCoefficients(coefficients);
  return { name, coefficients };
}
