import { z } from "zod";
import type { StateDict } from "../../../nn/index.js";
import { prefixed, withPrefix } from "../../../nn/internal.js";
import type { NamedTensors } from "../../../runtime/index.js";
import { decodeSafetensors, encodeSafetensors, fail } from "../../../tensor/index.js";

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

/** A point of the curve as it is reached. */
export interface ClassifierProgress extends ClassifierPoint {
  /** Iterations over all. */
  readonly total: number;
  /** Training images a second since the last report, validation included. */
  readonly imagesPerSecond: number;
  /** At the pace of this run so far. */
  readonly secondsLeft: number;
}

/** The values that did best on validation images. */
export interface BestValues {
  readonly accuracy: number;
  readonly loss: number;
  readonly state: StateDict;
}

/** Where the training of a classifier stands: all that continues it bit by bit. */
export interface ClassifierCheckpoint {
  /** What was asked for: a checkpoint continues the same request only. */
  readonly settings: string;
  /** Iterations done, skipped ones included. */
  readonly iteration: number;
  /** Time that they took. */
  readonly seconds: number;
  readonly curve: readonly ClassifierPoint[];
  readonly best: BestValues;
  /** State of the trainer. */
  readonly trainer: NamedTensors;
}

const TRAINER = "trainer.";
const BEST = "best.";
const KEY = "hypersolvers.classifier-checkpoint";

/** JSON has no NaN or infinity: they are written as null. */
const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const schema = z.object({
  settings: z.string(),
  iteration: z.number().int().nonnegative(),
  seconds: z.number().nonnegative().default(0),
  best: z.object({ accuracy: z.number(), loss: z.number().nullable() }),
  curve: z.array(
    z.object({
      iteration: z.number(),
      epoch: z.number(),
      ...{ loss: number, accuracy: number, nfe: number, backwardNfe: number },
      validationAccuracy: number.optional(),
      validationLoss: number.optional(),
      validationNfe: number.optional(),
    }),
  ),
});

export function encodeClassifierCheckpoint({ trainer, best, ...rest }: ClassifierCheckpoint): Uint8Array {
  const { state, ...scores } = best;
  return encodeSafetensors(
    { ...prefixed(trainer, TRAINER), ...prefixed(state, BEST) },
    { [KEY]: JSON.stringify({ ...rest, best: scores }) },
  );
}

/** @throws MALFORMED_FILE when it is no checkpoint of a classifier, or damaged. */
export function decodeClassifierCheckpoint(bytes: Uint8Array, what: string): ClassifierCheckpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, what);
  try {
    const { best, curve, ...rest } = schema.parse(JSON.parse(metadata[KEY] ?? ""));
    const state = withPrefix(tensors, BEST);
    return {
      ...rest,
      curve: curve as ClassifierPoint[],
      best: { accuracy: best.accuracy, loss: best.loss ?? Number.POSITIVE_INFINITY, state },
      trainer: withPrefix(tensors, TRAINER),
    };
  } catch (cause) {
    throw fail("MALFORMED_FILE", {
      what,
      expected: "a checkpoint of a classifier in training",
      received: metadata[KEY] === undefined ? "another safetensors file" : "a damaged one",
      help: "start again without the checkpoint",
      cause,
    });
  }
}
