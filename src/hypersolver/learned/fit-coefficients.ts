import type { Field, NonStationaryMethod } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import type { FitInputs } from "../fit/fit-settings.js";
import type { CoefficientSpec, EffectiveCoefficients } from "./coefficient-table.js";
import { startFor, startText } from "./fit-start.js";
import type { LearnedCourse } from "./learned-course.js";
import { fitLearned, type LearnedFit } from "./learned-fit.js";
import { coefficientForm } from "./learned-form.js";
import { resolveCoefficients } from "./resolve-coefficients.js";

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
  return fitLearned(field, effective, inputs, context, async (pairs, prepared) => {
    const start = await startFor(field, effective, pairs, context, prepared);
    const form = coefficientForm(field, start.coefficients, effective, effective.span);
    const courses = [coefficientCourse(effective, () => 1)];
    return { form, courses, chosen: { start: start.name }, prepared: startText(start) };
  });
}

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
