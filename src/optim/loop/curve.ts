import type { TrainerStep } from "./trainer.js";

/** A point of the training curve: means over a block of iterations, and what was measured at its end. */
export interface CurvePoint {
  /** Last iteration of the block, over all phases, from 1. */
  readonly iteration: number;
  /** Name of the phase. */
  readonly phase: string;
  /** Mean over the steps that were taken; NaN where none was. */
  readonly loss: number;
  /** Of the last iteration. */
  readonly learningRate: number;
  /** Means over the same steps, then the numbers of a validation where there was one. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Whether there was one. */
  readonly validated: boolean;
}

/** Iterations since the last point of the curve. */
export interface Block {
  readonly iterations: number;
  /** Those that were not skipped: the sums are theirs. */
  readonly taken: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export const emptyBlock: Block = { iterations: 0, taken: 0, loss: 0, metrics: {} };

/** The block with one more step; a skipped one has no numbers that count. */
export function extended(block: Block, { taken, loss, metrics = {} }: TrainerStep): Block {
  if (!taken) return { ...block, iterations: block.iterations + 1 };
  const sums = Object.entries(metrics).map(([name, value]) => [name, (block.metrics[name] ?? 0) + value]);
  return {
    iterations: block.iterations + 1,
    taken: block.taken + 1,
    loss: block.loss + loss,
    metrics: Object.fromEntries(sums),
  };
}

/** Means over the steps that were taken. */
export function meansOf({ taken, loss, metrics }: Block): Pick<CurvePoint, "loss" | "metrics"> {
  const means = Object.entries(metrics).map(([name, sum]) => [name, sum / taken]);
  return { loss: loss / taken, metrics: Object.fromEntries(means) };
}
