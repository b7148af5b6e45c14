import { isHypersolversError } from "../../tensor/index.js";
import { decodeJson, encodeJson } from "../kit/codec.js";
import { type Store, storeBelow } from "../kit/store.js";
import { dropContent, getContent, putContent } from "./content.js";
import type { WholeFile } from "./runner.js";

/** Hashes of the files of a checkpoint, by path: written last, so that it is a whole checkpoint or none. */
type KeptIndex = Readonly<Record<string, string>>;

const INDEX = "index.json";

/** What is kept of a job shares nothing with other jobs, so that it can be dropped. */
const keptOf = (store: Store, key: string): Store => storeBelow(store, `kept/${key}`);

async function readIndex(store: Store): Promise<KeptIndex> {
  const content = await store.read(INDEX);
  return content === undefined ? {} : decodeJson<KeptIndex>(content);
}

/** What an attempt kept for the next; nothing where a part is missing or damaged: the job then begins anew. */
export async function readKept(store: Store, key: string): Promise<readonly WholeFile[]> {
  const own = keptOf(store, key);
  try {
    const files: WholeFile[] = [];
    for (const [path, hash] of Object.entries(await readIndex(own)))
      files.push({ path, content: await getContent(own, hash) });
    return files;
  } catch (error) {
    const isGone = isHypersolversError(error, "FILE_NOT_READABLE");
    if (isGone || isHypersolversError(error, "MALFORMED_FILE") || error instanceof SyntaxError) return [];
    throw error;
  }
}

/** Keeps files for the next attempt in place of those before. */
export async function writeKept(store: Store, key: string, files: readonly WholeFile[]): Promise<void> {
  const own = keptOf(store, key);
  const before = await readIndex(own);
  const index: Record<string, string> = {};
  for (const { path, content } of files) index[path] = await putContent(own, content);
  await own.write(INDEX, encodeJson(index));
  await forget(own, before, new Set(Object.values(index)));
}

/** Of a job that has ended nothing is needed. */
export async function dropKept(store: Store, key: string): Promise<void> {
  const own = keptOf(store, key);
  const before = await readIndex(own);
  await own.remove(INDEX);
  await forget(own, before, new Set());
}

async function forget(own: Store, index: KeptIndex, needed: ReadonlySet<string>): Promise<void> {
  for (const hash of new Set(Object.values(index))) if (!needed.has(hash)) await dropContent(own, hash);
}
