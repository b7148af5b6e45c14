import type { Field, NonStationaryCoefficients, NonStationaryMethod } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import type { FitInputs } from "../fit/fit-settings.js";
import { CLOSEST, closestStart } from "./closest-start.js";
import type { CoefficientSpec, EffectiveCoefficients } from "./coefficient-table.js";
import type { EndPairs } from "./end-pairs.js";
import type { LearnedCourse } from "./learned-course.js";
import { fitLearned, type LearnedFit } from "./learned-fit.js";
import { coefficientForm } from "./learned-form.js";
import { REGRESSION, regressedStart } from "./regressed-start.js";
import { resolveCoefficients } from "./resolve-coefficients.js";
import { startingCoefficients, usualStart } from "./starting-coefficients.js";

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
  return fitLearned(field, effective, inputs, context, async (pairs) => {
    const { name: start, coefficients } = await startFor(field, effective, pairs, context);
    const form = coefficientForm(field, coefficients, effective, effective.span);
    return { form, courses: [coefficientCourse(effective, () => 1)], chosen: { start } };
  });
}

/** Coefficients that a fit begins with. */
interface Start {
  readonly name: string;
  readonly coefficients: NonStationaryCoefficients;
}

/** The start that was named, what is found to be closest, or what is computed; the usual method where that cannot be. */
export async function startFor(
  field: Field,
  spec: EffectiveCoefficients,
  pairs: EndPairs,
  context: RunContext,
): Promise<Start> {
  const computed = spec.start === REGRESSION ? await regressedStart(field, spec, pairs, context) : undefined;
  if (computed !== undefined) return { name: REGRESSION, coefficients: computed };
  const named = spec.start === REGRESSION ? usualStart(spec.evaluations) : spec.start;
  const name = named === CLOSEST ? await closestStart(field, spec, pairs, context) : named;
  return { name, coefficients: startingCoefficients(name, spec.evaluations) };
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
