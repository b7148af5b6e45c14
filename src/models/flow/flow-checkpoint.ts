import { z } from "zod";
import type { NamedTensors } from "../../runtime/index.js";
import { decodeSafetensors, encodeSafetensors, fail, type Tensor } from "../../tensor/index.js";
import type { FlowPoint } from "./training-phase.js";

/** Where the training of a flow stands: all that continues it bit by bit. */
export interface FlowCheckpoint {
  /** What was asked for: a checkpoint continues the same request only. */
  readonly settings: string;
  /** Iterations done, over all phases. */
  readonly iteration: number;
  readonly curve: readonly FlowPoint[];
  readonly best: BestParameters;
  /** State of the current phase's trainer. */
  readonly trainer: NamedTensors;
}

/** The parameters that did best on validation data. */
export interface BestParameters {
  readonly nll: number;
  readonly parameters: NamedTensors;
}

const TRAINER = "trainer.";
const BEST = "best.";
const KEY = "hypersolvers.flow-checkpoint";

const objectives = z.enum(["flow-matching", "maximum-likelihood"]);
/** JSON has no NaN or infinity: they are written as null. */
const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const pointSchema = z.object({
  iteration: z.number(),
  objective: objectives,
  loss: number,
  nfe: number.optional(),
  nll: number.optional(),
  validationNfe: number.optional(),
});
const schema = z.object({
  settings: z.string(),
  iteration: z.number().int().nonnegative(),
  bestNll: z.number().nullable(),
  curve: z.array(pointSchema),
});

export function encodeFlowCheckpoint({ trainer, best, ...rest }: FlowCheckpoint): Uint8Array {
  const story = { ...rest, bestNll: best.nll };
  return encodeSafetensors(
    { ...prefixed(TRAINER, trainer), ...prefixed(BEST, best.parameters) },
    { [KEY]: JSON.stringify(story) },
  );
}

/** @throws MALFORMED_FILE when it is no checkpoint, or damaged. */
export function decodeFlowCheckpoint(bytes: Uint8Array, what: string): FlowCheckpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, what);
  try {
    const { bestNll, curve, ...rest } = schema.parse(JSON.parse(metadata[KEY] ?? ""));
    const best = { nll: bestNll ?? Number.POSITIVE_INFINITY, parameters: under(BEST, tensors) };
    const trainer = under(TRAINER, tensors);
    requireSameNames(best.parameters, under("parameters.", trainer));
    return { ...rest, curve: curve as FlowPoint[], best, trainer };
  } catch (cause) {
    throw fail("MALFORMED_FILE", {
      what,
      expected: "a checkpoint of a flow in training",
      received: metadata[KEY] === undefined ? "another safetensors file" : "a damaged one",
      help: "start again without --resume",
      cause,
    });
  }
}

/** Parameters that are missing here would be missed only at the end of the training. */
function requireSameNames(a: NamedTensors, b: NamedTensors): void {
  const names = (tensors: NamedTensors): string => Object.keys(tensors).sort().join("\n");
  if (names(a) !== names(b)) throw new Error("the best parameters are others than those in training");
}

const prefixed = (prefix: string, tensors: NamedTensors): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [`${prefix}${name}`, value]));

const under = (prefix: string, tensors: NamedTensors): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(tensors).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
    ),
  );
