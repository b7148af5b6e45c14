import type { ImageSet } from "../../../data/index.js";
import type { StateDict } from "../../../nn/index.js";
import { withStepControl } from "../../../ode/internal.js";
import type { Verdict } from "../../../optim/internal.js";
import type { MachineOptions } from "../../../runtime/internal.js";
import { isBroken, unlessItBreaks } from "../../../tensor/index.js";
import { classifierOf } from "../classifier.js";
import { compileClassifier } from "../compile-classifier.js";
import { type MeasuredAccuracy, measureAccuracy } from "../measure-accuracy.js";
import type { TrainingPlan } from "./training-plan.js";

type ValidationPlan = Pick<TrainingPlan, "architecture" | "validationSolver">;

/** What the loop hears of values: larger accuracy is better, of equal ones smaller cross-entropy. */
export async function verdictOf(
  plan: ValidationPlan,
  state: StateDict,
  images: ImageSet,
  machine: MachineOptions,
): Promise<Verdict> {
  const measured = await validate(plan, state, images, machine);
  if (measured === undefined) return { score: undefined, metrics: { validationAccuracy: Number.NaN } };
  const { accuracy, loss, nfe } = measured;
  return {
    score: [0 - accuracy, loss],
    metrics: { validationAccuracy: accuracy, validationLoss: loss, validationNfe: nfe },
  };
}

/** A field that needs more is not worth keeping. */
const VALIDATION_STEPS = 1000;

/**
 * Measures values in evaluation mode, by the plan's solver.
 * @returns undefined where the field is too wild to be solved: training may calm it down.
 */
async function validate(
  { architecture, validationSolver: solver }: ValidationPlan,
  state: StateDict,
  images: ImageSet,
  machine: MachineOptions,
): Promise<MeasuredAccuracy | undefined> {
  const method =
    solver.kind === "fixed"
      ? solver
      : withStepControl(solver, { maxSteps: solver.maxSteps ?? VALIDATION_STEPS });
  const compiled = await compileClassifier(classifierOf(architecture, state), { ...machine, method });
  try {
    const measured = await unlessItBreaks(measureAccuracy(compiled, images));
    return isBroken(measured) ? undefined : measured;
  } finally {
    await compiled.dispose();
  }
}
