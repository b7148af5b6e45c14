import { type ImageSet, imageBatches, normalizations, oneHot } from "../../data/index.js";
import type { NamedNodes, Node } from "../../graph/index.js";
import { splitState } from "../../nn/internal.js";
import { resolveMethod } from "../../ode/internal.js";
import type { CompileOptions } from "../../runtime/index.js";
import { fail, Random } from "../../tensor/index.js";
import { imagesShape, requireLogits, wholeModule } from "../classifier/architecture.js";
import type { Classifier } from "../classifier/classifier.js";
import { classifierLoss } from "../classifier/training/classifier-loss.js";
import { CLASSIFIER_TRAINING_TOLERANCES } from "../classifier/training/training-plan.js";
import { verdictOf } from "../classifier/training/validate.js";
import type { SolvedTask } from "./solved-task.js";

/** What a classifier is to be trained on. */
export interface ClassifierTaskOptions {
  /** Images a mini-batch. Default 32. */
  readonly batch?: number;
  /** Seed of mini-batches. Default 0. */
  readonly seed?: number;
}

/**
 * Cross-entropy of a Neural ODE classifier as a task, h_x and h_y beside the field. Validation is accuracy by dopri5 at 1e-3.
 * @throws INVALID_ARGUMENT for batch normalization: its running statistics belong to one way of solving.
 */
export function classifierTask(
  { architecture, field, state }: Classifier,
  images: { readonly training: ImageSet; readonly validation: ImageSet },
  { batch = 32, seed = 0 }: ClassifierTaskOptions = {},
  machine: CompileOptions = {},
): SolvedTask {
  const { parameters, buffers } = splitState(wholeModule(architecture), state);
  const [buffer] = Object.keys(buffers);
  if (buffer !== undefined)
    throw fail("INVALID_ARGUMENT", {
      what: "task: classifier",
      expected: "one without running statistics, such as mnist-small or mnist-paper",
      received: `${architecture.name}, which has ${buffer}`,
      help: "train it with trainClassifier, or take another architecture",
    });
  const others = Object.fromEntries(
    Object.entries(parameters).filter(([name]) => field.parameters[name] === undefined),
  );
  const options = { batch, normalization: normalizations[architecture.normalization] };
  const batches = imageBatches(images.training, options, new Random(seed).fork("batches"));
  const validationSolver = resolveMethod("dopri5", CLASSIFIER_TRAINING_TOLERANCES);
  return {
    description: `cross-entropy of ${architecture.name}, ${images.training.shape[0]} images, ${batch} a mini-batch, seed ${seed}`,
    field,
    span: architecture.span,
    parameters: others,
    batch: {
      images: { shape: imagesShape(architecture) },
      labels: { shape: ["batch", architecture.classes] },
    },
    start: (nodes: NamedNodes, weights) => architecture.stem.apply(weights, nodes.images as Node),
    loss: (end, nodes, weights) => {
      const logits = requireLogits(architecture, architecture.head.apply(weights, end));
      const { loss, accuracy } = classifierLoss(logits, nodes.labels as Node);
      return { loss, metrics: { accuracy } };
    },
    draw: (iteration) => {
      const { images: pixels, labels } = batches.at(iteration);
      return { images: pixels, labels: oneHot(labels, architecture.classes) };
    },
    validate: (values) => verdictOf({ architecture, validationSolver }, values, images.validation, machine),
    dispose: async () => {},
  };
}
