import type { Field } from "../../ode/index.js";
import { adam, cosineAnnealing, type Schedule, warmup } from "../../optim/index.js";
import type { CurvePoint } from "../../optim/internal.js";
import type { CompileOptions } from "../../runtime/index.js";
import { fail } from "../../tensor/index.js";
import type { Flow } from "./flow.js";
import { compileFlowMatching } from "./flow-matching.js";
import { compileMaximumLikelihood, type LikelihoodOptions } from "./maximum-likelihood.js";
import type { FlowTrainer } from "./trainer.js";

/** What a phase minimises: the regression of the field on straight paths, or −mean log p of the data. */
export const flowObjectives = ["flow-matching", "maximum-likelihood"] as const;
/** One of those objectives. */
export type FlowObjective = (typeof flowObjectives)[number];

/** A stretch of training with one objective. */
export interface TrainingPhase {
  readonly objective: FlowObjective;
  readonly iterations: number;
  /** Adam's first learning rate. */
  readonly learningRate: number;
  /** `cosine` (default) rises shortly and falls to zero; `constant` stays, as in the paper. */
  readonly schedule?: "cosine" | "constant";
  /** Rows a mini-batch. Default 512. */
  readonly batch?: number;
  /** Of maximum likelihood: how it is solved, differentiated and regularised. */
  readonly likelihood?: Pick<
    LikelihoodOptions,
    "solver" | "estimator" | "noise" | "kinetic" | "frobenius" | "controlStateAlone"
  >;
}

/** Means over a block of iterations, and what was measured at its end. */
export interface FlowPoint {
  /** Last iteration of the block, over all phases. */
  readonly iteration: number;
  readonly objective: FlowObjective;
  readonly loss: number;
  /** Evaluations of f of a training solve, where training solves. */
  readonly nfe?: number;
  /** Negative log-likelihood of validation data, in nats and units of the data; NaN where its solve broke down. */
  readonly nll?: number;
  /** Evaluations of f of the validation solve, at tolerance 1e-5. */
  readonly validationNfe?: number;
}

/** A point of the loop's curve as a flow's. */
export function flowPoint({ iteration, phase, loss, metrics, validated }: CurvePoint): FlowPoint {
  const { nfe, nll, validationNfe } = metrics;
  return {
    ...{ iteration, objective: phase as FlowObjective, loss },
    ...(nfe !== undefined && { nfe }),
    ...(validated && nll !== undefined && { nll }),
    ...(validationNfe !== undefined && { validationNfe }),
  };
}

const DEFAULT_BATCH = 512;
const AVERAGE_DECAY = 0.999;
const CLIP_NORM = 1;
const WARMUP_SHARE = 0.02;

export const batchOf = ({ batch = DEFAULT_BATCH }: TrainingPhase): number => batch;

/** @throws INVALID_ARGUMENT naming what is wrong with the phases. */
export function checkPhases(phases: readonly TrainingPhase[]): void {
  const check = (what: string, value: number, expected: string, holds: boolean): void => {
    if (!holds) throw fail("INVALID_ARGUMENT", { what, expected, received: String(value) });
  };
  check("phases", phases.length, "at least one", phases.length > 0);
  for (const phase of phases) {
    const { iterations, learningRate } = phase;
    const batch = batchOf(phase);
    check("iterations", iterations, "a positive integer", Number.isInteger(iterations) && iterations > 0);
    check("batch", batch, "a positive integer", Number.isInteger(batch) && batch > 0);
    check(
      "learningRate",
      learningRate,
      "a finite number above 0",
      learningRate > 0 && learningRate < Infinity,
    );
  }
}

/** Learning rate by iteration of the phase. */
export function scheduleOf({ schedule = "cosine", learningRate, iterations }: TrainingPhase): Schedule {
  if (schedule === "constant") return () => learningRate;
  const rise = Math.ceil(iterations * WARMUP_SHARE);
  return warmup(cosineAnnealing({ from: learningRate, iterations: Math.max(1, iterations - rise) }), rise);
}

export interface PhaseSettings {
  readonly seed: number;
  /** Largest norm of the standardised data. */
  readonly radius: number;
  readonly compile?: CompileOptions;
}

/** Compiles what a phase does in every iteration. */
export function compilePhase(
  { base, span }: Flow,
  field: Field,
  phase: TrainingPhase,
  { seed, radius, compile = {} }: PhaseSettings,
): Promise<FlowTrainer> {
  const common = { base, span, seed, compile, clipNorm: CLIP_NORM, averageDecay: AVERAGE_DECAY };
  const optimizer = adam();
  return phase.objective === "flow-matching"
    ? compileFlowMatching(field, { ...common, optimizer, radius, batch: batchOf(phase) })
    : compileMaximumLikelihood(field, { ...common, optimizer, ...phase.likelihood });
}
