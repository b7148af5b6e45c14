import type { ImageSet } from "../../../data/index.js";
import type { StateDict } from "../../../nn/index.js";
import { isBroken, unlessItBreaks } from "../../../tensor/index.js";
import { classifierOf } from "../classifier.js";
import { compileClassifier } from "../compile-classifier.js";
import { type MeasuredAccuracy, measureAccuracy } from "../measure-accuracy.js";
import type { ClassifierTrainingOptions, TrainingPlan } from "./training-options.js";

/** A field that needs more is none to keep. */
const VALIDATION_STEPS = 1000;

/**
 * Measures values in evaluation mode, by the plan's solver.
 * @returns undefined where the field is too wild to be solved: training may calm it down.
 */
export async function validate(
  { architecture, compile }: Pick<ClassifierTrainingOptions, "architecture" | "compile">,
  { validationSolver: solver }: Pick<TrainingPlan, "validationSolver">,
  state: StateDict,
  images: ImageSet,
): Promise<MeasuredAccuracy | undefined> {
  const limit = solver.steps === undefined ? { maxSteps: VALIDATION_STEPS } : {};
  const compiled = await compileClassifier(classifierOf(architecture, state), {
    ...compile,
    ...limit,
    ...solver,
  });
  try {
    const measured = await unlessItBreaks(measureAccuracy(compiled, images));
    return isBroken(measured) ? undefined : measured;
  } finally {
    await compiled.dispose();
  }
}
