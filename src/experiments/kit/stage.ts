import type { RunContext } from "../../runtime/index.js";
import { isStopped } from "../../runtime/internal.js";
import { fail } from "../../tensor/index.js";
import { CHECKPOINT_FILE, type KeptFile } from "./checkpoint-files.js";
import { type Codec, decodeJson, encodeJson } from "./codec.js";
import { digest } from "./digest.js";
import type { Store } from "./store.js";

/** A piece of a run whose result is kept: a training, a fit, a measurement. */
export interface Stage<T> {
  /** Unique within its run: `train`, `fit HyperHeun`. */
  readonly name: string;
  /** Whatever the result depends on beside `inputs`, as JSON: with other settings it is made again. */
  readonly settings: unknown;
  /** Fingerprints of what it is made from, such as the field that is corrected. */
  readonly inputs?: readonly string[];
  readonly codec: Codec<T>;
  /** @throws INTERRUPTED when the signal comes before there is anything. */
  make(context: RunContext, checkpoint: KeptFile): Promise<T>;
  /** False for what a signal left unfinished: it is used, but not taken for the result by the next run. Default true. */
  isWhole?(result: T): boolean;
}

export interface StageContext extends RunContext {
  readonly store: Store;
  /** Take what an earlier run of the same settings had made. */
  readonly resume: boolean;
}

/** What is stored beside the parts of a result, and written last: without it they do not count. */
interface Story {
  readonly key: string;
  readonly parts: readonly string[];
  /** Hashes of the parts, in their order. Absent in what earlier versions kept. */
  readonly digests?: readonly string[];
}

/**
 * The result of a stage: the kept one, if the run is to go on and it was made with the same settings from the same
 * inputs; else made and kept. A store that fails costs the keeping, not the run.
 * @throws INTERRUPTED when the signal came before it began, and as `make`.
 */
export async function resultOf<T>(stage: Stage<T>, context: StageContext): Promise<T> {
  const kept = context.resume
    ? await unlessStoreFails(context, stage.name, () => keptResult(stage, context))
    : undefined;
  if (kept !== undefined) return kept;
  if (isStopped(context)) throw stoppedBefore(stage.name);
  const { store, resume, ...run } = context;
  const file = checkpointFile(stage.name);
  const checkpointing = warningOnce(context);
  const result = await stage.make(run, {
    name: file,
    read: async () => (resume ? store.read(file) : undefined),
    write: async (content) => unlessStoreFails(checkpointing, stage.name, () => store.write(file, content)),
  });
  if (stage.isWhole?.(result) ?? true)
    await unlessStoreFails(context, stage.name, () => keep(stage, result, store));
  return result;
}

export const stoppedBefore = (what: string): Error =>
  fail("INTERRUPTED", { what, received: "a stop before it was made" });

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");

const fileOf = (stage: string, part: string): string => `stages/${slug(stage)}.${part}`;
/** The checkpoint of a stage, by the stage's name, in the folder of its run; that of a run's training for everyone to see. */
export const checkpointFile = (stage: string): string =>
  stage === "train" ? CHECKPOINT_FILE : fileOf(stage, "checkpoint.safetensors");

const storyFile = (stage: string): string => fileOf(stage, "story.json");

const keyOf = ({
  name,
  settings,
  inputs = [],
}: Pick<Stage<unknown>, "name" | "settings" | "inputs">): string =>
  JSON.stringify({ name, settings, inputs });

async function keptResult<T>(stage: Stage<T>, { store }: StageContext): Promise<T | undefined> {
  const written = await store.read(storyFile(stage.name));
  if (written === undefined) return undefined;
  const { key, parts, digests } = storyOf(written, storyFile(stage.name));
  if (key !== keyOf(stage)) return undefined;
  const found: Record<string, Uint8Array> = {};
  for (const [i, part] of parts.entries()) {
    const file = fileOf(stage.name, part);
    const content = await store.read(file);
    if (content === undefined) return undefined;
    if (digests !== undefined && digests[i] !== digest(content)) throw damaged(file);
    found[part] = content;
  }
  return stage.codec.decode(found);
}

function storyOf(written: Uint8Array, file: string): Story {
  try {
    return decodeJson<Story>(written);
  } catch {
    throw damaged(file);
  }
}

/** Caught by `unlessStoreFails`: the stage is made again. */
const damaged = (file: string): Error =>
  fail("MALFORMED_FILE", {
    what: file,
    expected: "what was kept",
    received: "a file that was damaged since",
  });

async function keep<T>(stage: Stage<T>, result: T, store: Store): Promise<void> {
  const parts = stage.codec.encode(result);
  // Old parts under an old story would count as a whole result if this were stopped halfway.
  await store.remove(storyFile(stage.name));
  for (const [part, content] of Object.entries(parts)) await store.write(fileOf(stage.name, part), content);
  const digests = Object.values(parts).map(digest);
  const story: Story = { key: keyOf(stage), parts: Object.keys(parts), digests };
  await store.write(storyFile(stage.name), encodeJson(story));
  await store.remove(checkpointFile(stage.name));
}

/** A training writes a checkpoint every few minutes: that it cannot is worth one sentence. */
function warningOnce({ onWarning }: RunContext): RunContext {
  let told = false;
  return {
    onWarning: (sentence) => {
      if (!told) onWarning?.(sentence);
      told = true;
    },
  };
}

async function unlessStoreFails<T>(
  { onWarning }: RunContext,
  stage: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    onWarning?.(
      `what is kept of ${stage} for --resume could not be read or written; the run goes on: ${reason}`,
    );
    return undefined;
  }
}
