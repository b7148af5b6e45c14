import type { Field, NonStationaryMethod } from "../../ode/index.js";
import type { NamedTensors, RunContext } from "../../runtime/index.js";
import { pickSpec } from "../../spec/internal.js";
import type { Tensor } from "../../tensor/index.js";
import { MIX } from "../correction/mixed-network.js";
import type { FitInputs } from "../fit/fit-settings.js";
import { coefficientTable, type EffectiveCoefficients } from "./coefficient-table.js";
import { correctedForm } from "./corrected-form.js";
import type { CorrectedMethod } from "./corrected-method.js";
import { startingNetworks } from "./correction-networks.js";
import { coefficientCourse, fitCoefficients } from "./fit-coefficients.js";
import { startFor, startText } from "./fit-start.js";
import type { LearnedCourse } from "./learned-course.js";
import { fitLearned, type LearnedFit } from "./learned-fit.js";
import { refuseOnTop, resolveSolver } from "./resolve-solver.js";
import type { EffectiveSolver, SolverSpec } from "./solver-table.js";

/** A fitted solver: coefficients alone, or with corrections on top. */
export type SolverFit = LearnedFit<
  NonStationaryMethod | CorrectedMethod,
  EffectiveSolver | (EffectiveCoefficients & { readonly learn: "coefficients" })
>;

/** What progress calls it. */
export const FITTING_TOGETHER = "fitting coefficients and corrections";

/**
 * Fits a solver of n evaluations to a field and a span: coefficients of its own, and with `learn: "both"` networks on top,
 * one every few evaluations. Coefficients are moved alone first, then all together, through the whole solve, towards
 * reference states at the end. The networks begin at zero: until they are trained, the solver is its coefficients.
 * @param spec what to fit, as plain data: `solverTable` has the options.
 * @throws INVALID_ARGUMENT for options that make no sense, or a checkpoint of another fit; NON_FINITE when the field or the
 *   loss breaks; INTERRUPTED when there is nothing to keep yet.
 */
export async function fitSolver(
  field: Field,
  spec: SolverSpec,
  inputs: FitInputs,
  context: RunContext = {},
): Promise<SolverFit> {
  if (spec.learn === "coefficients") {
    refuseOnTop(spec);
    const fit = await fitCoefficients(field, pickSpec(coefficientTable, spec), inputs, context);
    return { ...fit, spec: { ...fit.spec, learn: "coefficients" } };
  }
  const effective = resolveSolver(field, spec);
  const { span, every } = effective;
  return fitLearned(field, effective, inputs, context, async (pairs, prepared) => {
    const start = await startFor(field, effective, pairs, context, prepared);
    const { coefficients } = start;
    const made = await startingNetworks(field, coefficients, effective, { ...pairs, span }, context);
    const form = correctedForm(field, { coefficients, freedom: effective, every, ...made }, span);
    const courses = coursesOf(effective, form.initial);
    return { form, courses, chosen: { start: start.name }, prepared: startText(start) };
  });
}

/** Whether a number in training belongs to the sums that a correction sees. */
const isMixing = (name: string): boolean => Object.values(MIX).some((own) => name.endsWith(` ${own}`));
/** Whether it belongs to a correction. */
const isOnTop = (name: string): boolean => /^(?:g\d+|gain) /.test(name);

/** Inputs of a layer whose weights move at the full rate; those of wider ones move more slowly in proportion. */
const USUAL_INPUTS = 64;

/** Share of the rate for the sums that networks see: like coefficients, they begin at useful values. */
const MIXING_PACE = 0.5;

/** Sums over more inputs change by more for the same change of every weight: G. Yang et al., Tensor Programs V, 2022. */
const paceOf = (weights: Tensor | undefined): number =>
  Math.min(1, USUAL_INPUTS / (weights?.shape.length === 2 ? (weights.shape[1] ?? 1) : 1));

function coursesOf(spec: EffectiveSolver, initial: NamedTensors): LearnedCourse[] {
  const { jointIterations, jointBatch, jointLearningRate, coefficientRate } = spec;
  return [
    coefficientCourse(spec, (name) => (isOnTop(name) ? 0 : 1)),
    {
      name: `${spec.loss}, together`,
      stage: FITTING_TOGETHER,
      iterations: jointIterations,
      batch: jointBatch,
      learningRate: jointLearningRate,
      finalLearningRate: 0,
      rate: (name) => {
        if (!isOnTop(name)) return coefficientRate;
        return isMixing(name) ? MIXING_PACE : paceOf(initial[name]);
      },
    },
  ];
}
