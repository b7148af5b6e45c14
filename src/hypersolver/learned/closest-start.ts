import { compileSolve, type Field, orThrow, type Span } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { isBroken, rows, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import { stateErrors } from "../measure/measure.js";
import { mapSamples } from "../states/states.js";
import { subjectOf } from "../states/subject.js";
import type { EndPairs } from "./end-pairs.js";
import { makesEvaluations, startingMethod } from "./starting-coefficients.js";

/** The start that measures closest. */
export const CLOSEST = "closest";

/** Candidates for it, the usual ones first. */
const CANDIDATES = ["midpoint", "ab2", "ab3", "pec-heun", "heun", "rk4", "euler"];

/** Pairs that they are tried on. */
const TRIED = { vectors: 512, images: 16 };

/**
 * The classical method of so many evaluations that ends closest to the reference, by the mean distance.
 * @param pairs over the span, of which some are tried.
 * @throws what breaks the first of them, where all break.
 */
export async function closestStart(
  field: Field,
  { evaluations, span }: { readonly evaluations: number; readonly span: Span },
  pairs: EndPairs,
  context: RunContext,
): Promise<string> {
  const names = CANDIDATES.filter((name) => makesEvaluations(name, evaluations));
  const count = Math.min(TRIED[subjectOf(field)], pairs.z0.shape[0] ?? 0);
  const few = (value: Tensor): Tensor => rows(value, 0, count);
  const { z0, controls } = mapSamples(pairs, few);
  const errors: number[] = [];
  for (const name of names) {
    const method = startingMethod(name, evaluations);
    const solve = await compileSolve(field, { span, method, ...machineOf(context) });
    const found = await unlessItBreaks(solve.run(z0, controls).then(orThrow));
    await solve.dispose();
    const end = isBroken(found) ? undefined : found.states.at(-1);
    const error = end === undefined ? Number.NaN : stateErrors(end, few(pairs.end)).mean;
    errors.push(Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  }
  return names[errors.indexOf(Math.min(...errors))] ?? CANDIDATES[0] ?? "midpoint";
}
