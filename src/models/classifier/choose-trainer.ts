import { planSolve } from "../../ode/index.js";
import { fail } from "../../tensor/index.js";
import type { Classifier } from "./classifier.js";
import type { ClassifierTrainer } from "./classifier-trainer.js";
import { compileTapedTraining } from "./taped-training.js";
import type { ClassifierTrainingOptions, TrainingPlan } from "./training-options.js";
import { compileUnrolledTraining } from "./unrolled-training.js";

/**
 * Compiles what training does in every iteration, by the kind of gradient.
 * @throws INVALID_ARGUMENT when solver and gradient do not go together.
 */
export function compileTrainer(
  classifier: Classifier,
  { solver, gradient, optimizer, clipNorm }: TrainingPlan,
  { averageDecay, compile }: ClassifierTrainingOptions,
): Promise<ClassifierTrainer> {
  const update = {
    ...{ optimizer, clipNorm },
    ...(averageDecay !== undefined && { averageDecay }),
    ...(compile !== undefined && { compile }),
  };
  if (gradient !== "unrolled")
    return compileTapedTraining(classifier, { ...update, solver: { ...solver, adjoint: gradient } });
  const plan = planSolve({ ...solver, span: classifier.architecture.span });
  if (plan.kind === "fixed") return compileUnrolledTraining(classifier, { ...update, ...plan });
  throw fail("INVALID_ARGUMENT", { what: "gradient", expected: "fixed steps", received: "step control" });
}
