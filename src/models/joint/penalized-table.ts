import { followTable } from "../../hypersolver/specs.js";
import type { Complete, Spec } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import { jointTable } from "./joint-table.js";

/** A field that is trained for a task and for being easy to a hypersolver. */
export const penalizedTable = {
  iterations: jointTable.iterations as typeof jointTable.iterations,
  steps: followTable.steps as typeof followTable.steps,
  weight: {
    type: "number",
    min: 0,
    default: 0.1,
    help: "λ: what the hypersolver's error weighs beside the task's loss; 0: g follows, and the field does not care",
  },
  referenceSteps: {
    type: "integer",
    min: 1,
    max: most.steps as number,
    default: 2,
    help: "RK4 steps in one step of the hypersolver: the task is solved by them, and the error is the distance to them",
  },
  updates: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    default: 1,
    help: "updates of g an iteration",
  },
  learningRate: jointTable.learningRate as typeof jointTable.learningRate,
  correctionRate: {
    type: "number",
    above: 0,
    max: most.learningRate as number,
    default: 0.003,
    help: "Adam's first, for g",
  },
  schedule: jointTable.schedule as typeof jointTable.schedule,
  clipNorm: jointTable.clipNorm as typeof jointTable.clipNorm,
  validations: jointTable.validations as typeof jointTable.validations,
} as const;

/** What may be said of such a training. */
export type PenalizedSpec = Spec<typeof penalizedTable>;
/** With all defaults. */
export type CompletePenalized = Complete<typeof penalizedTable>;
