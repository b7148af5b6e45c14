import type { NamedTensors } from "../../runtime/index.js";
import type { Broken, Tensor } from "../../tensor/index.js";

/** What one iteration of training a flow saw, before its update. */
interface FlowStep {
  /** What is minimized. */
  readonly loss: number;
  /** Euclidean norm of the whole gradient, before clipping. */
  readonly gradientNorm: number;
  /** False when the loss or the gradient was not finite: nothing was changed. */
  readonly taken: boolean;
  /** Why there is no loss, where a solve broke down. */
  readonly broken?: Broken;
  /** Evaluations of f by forward solves; absent where training solves nothing. */
  readonly nfe?: number;
  /** Evaluations of f by the backward solve. */
  readonly backwardNfe?: number;
  /** Parts of the loss, such as `nll` and `kinetic`. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A field in training: both ways to train a flow look like this. */
export interface FlowTrainer {
  readonly iteration: number;
  /**
   * One iteration on standardized data.
   * @param x [batch, d].
   */
  step(x: Tensor, learningRate: number): Promise<FlowStep>;
  /** Current values of the field's parameters. */
  parameters(): Record<string, Tensor>;
  /** Their moving average. */
  averaged(): Record<string, Tensor>;
  /** All that continues this training bit by bit. */
  state(): Record<string, Tensor>;
  restore(state: NamedTensors): void;
  dispose(): Promise<void>;
}
