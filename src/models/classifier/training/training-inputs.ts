import type { ImageSet } from "../../../data/index.js";
import type { Method } from "../../../ode/index.js";
import type { Checkpoint } from "../../../optim/index.js";
import type { ClassifierArchitecture } from "../architecture.js";
import type { Classifier } from "../classifier.js";

/** What the training of a classifier is given that is no plain data. */
export interface ClassifierTrainingInputs {
  /** One that the library does not know by name. */
  readonly architecture?: ClassifierArchitecture | undefined;
  /** Where training begins. Default: first values drawn from the seed. */
  readonly from?: Classifier | undefined;
  /** Labeled images that choose the best values, instead of a part of the training images. */
  readonly validation?: ImageSet | undefined;
  /** A method that no spelling says, such as one of a tableau of one's own; goes before the spec's. */
  readonly solver?: Method | undefined;
  /** The same for validation. */
  readonly validationSolver?: Method | undefined;
  /** Where to go on, as `onCheckpoint` gave it: the result is the same, bit by bit, as without the break. */
  readonly checkpoint?: Checkpoint | undefined;
  /** Called after every validation, and at an early end. */
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => Promise<void> | void) | undefined;
}
