import type { Field, NonStationaryMethod } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import type { FitInputs } from "../fit/fit-settings.js";
import { CLOSEST, closestStart } from "./closest-start.js";
import type { CoefficientSpec, EffectiveCoefficients } from "./coefficient-table.js";
import type { EndPairs } from "./end-pairs.js";
import type { LearnedCourse } from "./learned-course.js";
import { fitLearned, type LearnedFit } from "./learned-fit.js";
import { coefficientForm } from "./learned-form.js";
import { resolveCoefficients } from "./resolve-coefficients.js";
import { startingCoefficients } from "./starting-coefficients.js";

/** Fitted coefficients. */
export type CoefficientFit = LearnedFit<NonStationaryMethod, EffectiveCoefficients>;

/** What progress calls it. */
export const FITTING_COEFFICIENTS = "fitting coefficients";

/**
 * Fits coefficients of a solver's own to a field: n evaluations over one span, moved by Adam through the whole solve, from a
 * method of as many evaluations towards reference states at the end.
 * @param spec what to fit, as plain data: `coefficientTable` has the options.
 * @throws INVALID_ARGUMENT for options that make no sense, or a checkpoint of another fit; NON_FINITE when the field or the
 *   loss breaks; INTERRUPTED when there is nothing to keep yet.
 */
export async function fitCoefficients(
  field: Field,
  spec: CoefficientSpec,
  inputs: FitInputs,
  context: RunContext = {},
): Promise<CoefficientFit> {
  const effective = resolveCoefficients(field, spec);
  let { start } = effective;
  const fit = await fitLearned(field, effective, inputs, context, async (pairs) => {
    start = await startFor(field, effective, pairs, context);
    const coefficients = startingCoefficients(start, effective.evaluations);
    const form = coefficientForm(field, coefficients, effective, effective.span);
    return { form, courses: [coefficientCourse(effective, () => 1)] };
  });
  return { ...fit, spec: { ...fit.spec, start } };
}

/** The start that was named, or what is found to be closest. */
export const startFor = async (
  field: Field,
  spec: EffectiveCoefficients,
  pairs: EndPairs,
  context: RunContext,
): Promise<string> => (spec.start === CLOSEST ? closestStart(field, spec, pairs, context) : spec.start);

/** Coefficients alone in training. @param rate see `LearnedCourse`. */
export const coefficientCourse = (
  { loss, iterations, batch, learningRate, finalLearningRate }: EffectiveCoefficients,
  rate: LearnedCourse["rate"],
): LearnedCourse => ({
  name: loss,
  stage: FITTING_COEFFICIENTS,
  iterations,
  batch,
  learningRate,
  finalLearningRate,
  rate,
});
