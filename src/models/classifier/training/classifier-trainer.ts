import type { ImageBatch } from "../../../data/index.js";
import type { StateDict } from "../../../nn/index.js";
import type { Optimizer } from "../../../optim/index.js";
import type { NamedTensors } from "../../../runtime/index.js";
import type { Broken, Tensor } from "../../../tensor/index.js";

/** What one iteration of training saw, before its update. */
export interface ClassifierStep {
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** Share of the batch that was classified right. */
  readonly accuracy: number;
  /** Euclidean norm of the whole gradient, before clipping. */
  readonly gradientNorm: number;
  /** False when the loss or the gradient was not finite: nothing was changed. */
  readonly taken: boolean;
  /** Why there is no loss, where a solve broke down. */
  readonly broken?: Broken;
  /** Evaluations of f by the forward solve; NaN where it broke down. */
  readonly nfe: number;
  /** Evaluations of f, with their vector–Jacobian products, on the way back. */
  readonly backwardNfe: number;
}

/** A classifier in training: every way to differentiate it looks like this. */
export interface ClassifierTrainer {
  readonly iteration: number;
  step(batch: ImageBatch, learningRate: number): Promise<ClassifierStep>;
  /** Parameters and buffers as they are to be used: averaged parameters where an average is kept. */
  values(): StateDict;
  /** All that continues this training bit by bit. */
  state(): Record<string, Tensor>;
  /** @throws INVALID_ARGUMENT, SHAPE_MISMATCH, DTYPE_MISMATCH when it is of another training. */
  restore(state: NamedTensors): void;
  dispose(): Promise<void>;
}

/** What both kinds of trainer need beside the classifier. */
export interface UpdateOptions {
  readonly optimizer: Optimizer;
  /** Largest Euclidean norm of the whole gradient. Default: no limit. */
  readonly clipNorm?: number | undefined;
  /** Keeps a moving average of the parameters. Default: none. */
  readonly averageDecay?: number | undefined;
}
