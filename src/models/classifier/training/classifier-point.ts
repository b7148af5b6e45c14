import type { CurvePoint } from "../../../optim/internal.js";

/** Means over a block of iterations, and what was measured at its end. */
export interface ClassifierPoint {
  /** Last iteration of the block. */
  readonly iteration: number;
  /** Passes over the training images until there. */
  readonly epoch: number;
  /** Cross-entropy of training batches, in nats. */
  readonly loss: number;
  /** Share of training images that were classified right, each before the step that used it. */
  readonly accuracy: number;
  /** Evaluations of f of a forward solve. */
  readonly nfe: number;
  /** Evaluations of f, with their vector–Jacobian products, of a way back. */
  readonly backwardNfe: number;
  /** NaN where the solve broke down. */
  readonly validationAccuracy?: number;
  readonly validationLoss?: number;
  readonly validationNfe?: number;
}

/** A point of the loop's curve as a classifier's. @param perEpoch iterations. */
export function classifierPoint({ iteration, loss, metrics }: CurvePoint, perEpoch: number): ClassifierPoint {
  const { accuracy = Number.NaN, nfe = Number.NaN, backwardNfe = Number.NaN, ...validation } = metrics;
  return { iteration, epoch: iteration / perEpoch, loss, accuracy, nfe, backwardNfe, ...validation };
}
