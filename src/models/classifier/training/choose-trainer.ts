import { planMesh, requireTableau } from "../../../ode/internal.js";
import type { MachineOptions } from "../../../runtime/internal.js";
import { fail, Random } from "../../../tensor/index.js";
import type { Classifier } from "../classifier.js";
import { compileAdjointTraining } from "./adjoint-training.js";
import type { ClassifierTrainer } from "./classifier-trainer.js";
import { randomMeshes } from "./random-meshes.js";
import type { TrainingPlan } from "./training-plan.js";
import { compileUnrolledTraining } from "./unrolled-training.js";

/**
 * Compiles what training does in every iteration, by the kind of gradient.
 * @throws INVALID_ARGUMENT when solver and gradient do not go together.
 */
export function compileTrainer(
  classifier: Classifier,
  { solver, gradient, optimizer, clipNorm, averageDecay, randomMesh, seed }: TrainingPlan,
  machine: MachineOptions,
): Promise<ClassifierTrainer> {
  const update = { optimizer, clipNorm, averageDecay };
  if (gradient !== "unrolled")
    return compileAdjointTraining(
      classifier,
      { ...update, solver: { method: solver, adjoint: gradient } },
      machine,
    );
  if (solver.kind === "fixed") {
    const tableau = requireTableau(solver, "training moves batch statistics at every evaluation of f");
    const { mesh } = planMesh(solver.grid, { span: classifier.architecture.span });
    const meshes = randomMesh ? randomMeshes(mesh, new Random(seed).fork("meshes")) : undefined;
    return compileUnrolledTraining(classifier, { ...update, tableau, mesh, meshes }, machine);
  }
  throw fail("INVALID_ARGUMENT", { what: "gradient", expected: "fixed steps", received: "step control" });
}
