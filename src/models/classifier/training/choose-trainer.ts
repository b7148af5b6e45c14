import { planSolve } from "../../../ode/index.js";
import { fail, Random } from "../../../tensor/index.js";
import type { Classifier } from "../classifier.js";
import type { ClassifierTrainer } from "./classifier-trainer.js";
import { randomMeshes } from "./random-meshes.js";
import { compileTapedTraining } from "./taped-training.js";
import type { ClassifierTrainingOptions, TrainingPlan } from "./training-options.js";
import { compileUnrolledTraining } from "./unrolled-training.js";

/**
 * Compiles what training does in every iteration, by the kind of gradient.
 * @throws INVALID_ARGUMENT when solver and gradient do not go together.
 */
export function compileTrainer(
  classifier: Classifier,
  { solver, gradient, optimizer, clipNorm, randomMesh, seed }: TrainingPlan,
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
  if (plan.kind === "fixed") {
    const meshes = randomMesh ? randomMeshes(plan.mesh, new Random(seed).fork("meshes")) : undefined;
    return compileUnrolledTraining(classifier, { ...update, ...plan, ...(meshes && { meshes }) });
  }
  throw fail("INVALID_ARGUMENT", { what: "gradient", expected: "fixed steps", received: "step control" });
}
