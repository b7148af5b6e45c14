import { z } from "zod/mini";
import type { NamedTensors } from "../../runtime/index.js";
import { decodeSafetensors, encodeSafetensors, fail } from "../../tensor/index.js";
import { parseFacts, prefixed, sha256, withPrefix } from "../../tensor/internal.js";
import type { Block, CurvePoint } from "./curve.js";
import type { Waiting } from "./waiting.js";

/** The values that did best in validation. */
export interface BestValues {
  readonly score: readonly number[];
  /** What their validation found. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly values: NamedTensors;
}

/** Where a training stands: all that continues it bit by bit. */
export interface Checkpoint {
  /** What was asked for: a checkpoint continues the same request only. */
  readonly settings: string;
  /** What was computed before training and what its numbers build on: a resumed session does not compute it again. */
  readonly prepared?: string | undefined;
  /** Iterations done over all phases, skipped ones included. */
  readonly iteration: number;
  /** Time that they took, in all sessions. */
  readonly seconds: number;
  /** Iterations in a row that were skipped until now. */
  readonly skipped: number;
  readonly curve: readonly CurvePoint[];
  /** Iterations that an early end of a phase left out; they count as done in `iteration`. Default 0. */
  readonly spared?: number | undefined;
  /** How often this phase went on from the best values since it was lost. Default 0. */
  readonly rescues?: number | undefined;
  /** What an early end of the phase is decided by. */
  readonly waiting?: Waiting | undefined;
  /** What the next point of the curve will be made of. */
  readonly block: Block;
  /** Absent until a validation succeeds. */
  readonly best?: BestValues | undefined;
  /** State of the trainer of the phase that `iteration` lies in, or ends. */
  readonly trainer: NamedTensors;
}

const TRAINER = "trainer.";
const BEST = "best.";
const KEY = "hypersolvers.checkpoint";
const CHECKSUM = "hypersolvers.checksum";
/** Keys of versions until 0.1, which had a format for each kind of training. */
const OLD_KEYS = ["hypersolvers.flow-checkpoint", "hypersolvers.classifier-checkpoint"];

/** JSON has no NaN and no infinities: they are written as text. */
const special = z.enum(["NaN", "Infinity", "-Infinity"]);
const number = z.union([z.number(), z.pipe(special, z.transform(Number))]);
const count = z.int().check(z.nonnegative());
const numbers = z.record(z.string(), number);
const schema = z.object({
  settings: z.string(),
  prepared: z.optional(z.string()),
  iteration: count,
  seconds: z.number().check(z.nonnegative()),
  skipped: count,
  curve: z.array(
    z.object({
      iteration: count,
      phase: z.string(),
      loss: number,
      learningRate: number,
      metrics: numbers,
      validated: z.boolean(),
    }),
  ),
  spared: z.optional(count),
  rescues: z.optional(count),
  waiting: z.optional(z.object({ stale: count, first: z.optional(number), gaps: number })),
  block: z.object({ iterations: count, taken: count, loss: number, metrics: numbers }),
  best: z.optional(z.object({ score: z.array(number), metrics: numbers })),
});

/** A safetensors file: the trainer's tensors, the best values, and the rest as JSON. */
export function encodeCheckpoint({ trainer, best, ...rest }: Checkpoint): Uint8Array {
  const { values = {}, ...verdict } = best ?? {};
  const story = best === undefined ? rest : { ...rest, best: verdict };
  const text = JSON.stringify(story, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
  const tensors = { ...prefixed(trainer, TRAINER), ...prefixed(values, BEST) };
  return encodeSafetensors(tensors, { [KEY]: text, [CHECKSUM]: checksum(text, tensors) });
}

/** SHA-256 of the story and of all numbers, in the order of their names. */
function checksum(text: string, tensors: NamedTensors): string {
  const sorted = Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(text, ...sorted.flatMap(([name, { data }]) => [name, data]));
}

/** A number that changed on the disk would go unseen into everything that the training makes of it. */
function requireWhole(metadata: Readonly<Record<string, string>>, tensors: NamedTensors, what: string): void {
  const { [CHECKSUM]: expected, [KEY]: text = "" } = metadata;
  // Earlier versions wrote none.
  if (expected === undefined || expected === checksum(text, tensors)) return;
  throw fail("MALFORMED_FILE", {
    what,
    expected: `the checkpoint that was written, SHA-256 ${expected.slice(0, 12)}…`,
    received: "other numbers: the file was damaged since",
    help: "start again without it (without --resume)",
  });
}

/**
 * @param what is read, for messages.
 * @throws MALFORMED_FILE when it is no checkpoint, damaged, or of an earlier version.
 */
export function decodeCheckpoint(bytes: Uint8Array, what: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, what);
  refuseOld(metadata, what);
  requireWhole(metadata, tensors, what);
  const { best, ...rest } = parseFacts(schema, metadata[KEY], {
    what,
    expected: "a checkpoint of a training",
    help: "start again without it (without --resume)",
  });
  return {
    ...rest,
    trainer: withPrefix(tensors, TRAINER),
    best: best && { ...best, values: withPrefix(tensors, BEST) },
  };
}

function refuseOld(metadata: Readonly<Record<string, string>>, what: string): void {
  if (OLD_KEYS.every((key) => metadata[key] === undefined)) return;
  throw fail("MALFORMED_FILE", {
    what,
    expected: "a checkpoint of this version",
    received: "one that an earlier version wrote",
    help: "finish that training with the version that began it, or start again without it (without --resume)",
  });
}
