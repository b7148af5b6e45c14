import type { Field, Method } from "../../ode/index.js";
import { adam, cosineAnnealing, type Schedule, warmup } from "../../optim/index.js";
import type { CurvePoint } from "../../optim/internal.js";
import type { CompileOptions } from "../../runtime/index.js";
import type { Flow } from "./flow.js";
import { compileFlowMatching } from "./flow-matching.js";
import { type FlowObjective, type TrainingPhase, trainingPhaseTable } from "./flow-table.js";
import { compileMaximumLikelihood } from "./maximum-likelihood.js";
import type { FlowTrainer } from "./trainer.js";

/** Means over a block of iterations, and what was measured at its end. */
export interface FlowPoint {
  /** Last iteration of the block, over all phases. */
  readonly iteration: number;
  readonly objective: FlowObjective;
  readonly loss: number;
  /** Evaluations of f of a training solve, where training solves. */
  readonly nfe?: number | undefined;
  /** Negative log-likelihood of validation data, in nats and units of the data; NaN where its solve broke down. */
  readonly nll?: number | undefined;
  /** Evaluations of f of the validation solve, at tolerance 1e-5. */
  readonly validationNfe?: number | undefined;
}

/** A point of the loop's curve as a flow's. */
export function flowPoint({ iteration, phase, loss, metrics, validated }: CurvePoint): FlowPoint {
  const { nfe, nll, validationNfe } = metrics;
  const objective = phase as FlowObjective;
  return { iteration, objective, loss, nfe, nll: validated ? nll : undefined, validationNfe };
}

const AVERAGE_DECAY = 0.999;
const CLIP_NORM = 1;
const WARMUP_SHARE = 0.02;

export const batchOf = ({ batch = trainingPhaseTable.batch.default }: TrainingPhase): number => batch;

/** Learning rate by iteration of the phase. */
export function scheduleOf({
  schedule = "cosine",
  learningRate,
  iterations,
}: Pick<TrainingPhase, "schedule" | "learningRate" | "iterations">): Schedule {
  if (schedule === "constant") return () => learningRate;
  const rise = Math.ceil(iterations * WARMUP_SHARE);
  return warmup(cosineAnnealing({ from: learningRate, iterations: Math.max(1, iterations - rise) }), rise);
}

interface PhaseSettings {
  readonly seed: number;
  /** Largest norm of the standardized data. */
  readonly radius: number;
  /** Instead of the phase's. */
  readonly solver: Method | undefined;
}

/** Compiles what a phase does in every iteration. */
export function compilePhase(
  { base, span }: Flow,
  field: Field,
  phase: TrainingPhase,
  { seed, radius, solver: own }: PhaseSettings,
  machine: CompileOptions,
): Promise<FlowTrainer> {
  const common = { base, span, seed, clipNorm: CLIP_NORM, averageDecay: AVERAGE_DECAY };
  const optimizer = adam();
  if (phase.objective === "flow-matching")
    return compileFlowMatching(field, { ...common, optimizer, radius, batch: batchOf(phase) }, machine);
  const { solver: { adjoint, method } = {}, ...likelihood } = phase.likelihood ?? {};
  const solver = { adjoint, method: own ?? method };
  return compileMaximumLikelihood(field, { ...common, optimizer, ...likelihood, solver }, machine);
}
