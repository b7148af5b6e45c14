import type { Node } from "../graph/index.js";

/** What one update reads. All nodes but the scalars have the shape of the parameter. */
interface UpdateInputs<Slot extends string = string, Scalar extends string = string> {
  readonly parameter: Node;
  readonly gradient: Node;
  /** The optimizer's memory; zeros before the first step. */
  readonly slots: Readonly<Record<Slot, Node>>;
  /** One-element nodes with the numbers of `Optimizer.scalars`. */
  readonly scalars: Readonly<Record<Scalar, Node>>;
}

/** What one update gives. */
interface UpdateResult<Slot extends string = string> {
  readonly parameter: Node;
  readonly slots: Readonly<Record<Slot, Node>>;
}

/**
 * An optimizer as a pure, elementwise rule that lives inside the training program. Numbers that change with the
 * iteration are computed by the host in float64 (1 − 0.999ᵗ loses its digits in float32) and fed as scalars.
 */
export interface Optimizer<Slot extends string = string, Scalar extends string = string> {
  readonly slots: readonly Slot[];
  /**
   * The numbers of one iteration, always under the same names.
   * @param step counts from 1.
   */
  scalars(step: number, learningRate: number): Readonly<Record<Scalar, number>>;
  update(inputs: UpdateInputs<Slot, Scalar>): UpdateResult<Slot>;
}
