import { fitTable } from "../../hypersolver/specs.js";
import type { Complete, Spec } from "../../spec/index.js";
import { most, seedRow } from "../../spec/internal.js";
import { likelihoodTable, trainingPhaseTable } from "../flow/flow-table.js";

/** What a field is trained by, whatever its loss is. */
export const fieldTrainingTable = {
  span: fitTable.span as typeof fitTable.span,
  iterations: trainingPhaseTable.iterations as typeof trainingPhaseTable.iterations,
  learningRate: trainingPhaseTable.learningRate as typeof trainingPhaseTable.learningRate,
  schedule: trainingPhaseTable.schedule as typeof trainingPhaseTable.schedule,
  batch: {
    type: "integer",
    min: 1,
    max: most.batch as number,
    default: 128,
    help: "initial states a mini-batch, drawn anew in every iteration",
  },
  solver: likelihoodTable.solver as typeof likelihoodTable.solver,
  clipNorm: { type: "number", above: 0, default: 1, help: "largest Euclidean norm of the gradient" },
  weightDecay: { type: "number", min: 0, default: 0, help: "of AdamW" },
  validation: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    default: 512,
    help: "states that choose the best parameters",
  },
  validations: {
    type: "integer",
    min: 1,
    max: most.validations as number,
    default: 20,
    help: "how often to validate",
  },
  seed: seedRow as typeof seedRow,
} as const;

/** What may be said of the training of a field. */
export type FieldTrainingSpec = Spec<typeof fieldTrainingTable>;
/** With every default. */
export type CompleteFieldTraining = Complete<typeof fieldTrainingTable>;
