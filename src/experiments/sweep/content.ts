import { fail } from "../../tensor/index.js";
import { sha256 } from "../../tensor/internal.js";
import type { Store } from "../kit/store.js";

// Files by their content: `content:SHA256`, and behind it the key of a tensor in it, `content:SHA256:z`.

/** A file by its content. */
export interface ContentReference {
  readonly hash: string;
  /** Of a tensor in it. */
  readonly key: string | undefined;
}

const CONTENT = /^content:([0-9a-f]{64})(?::(.+))?$/;

/** @returns undefined for a text that names no content. */
export function isContent(text: string): ContentReference | undefined {
  const [, hash, key] = CONTENT.exec(text) ?? [];
  return hash === undefined ? undefined : { hash, key };
}

/** The text of a reference. */
export const contentText = ({ hash, key }: ContentReference): string =>
  key === undefined ? `content:${hash}` : `content:${hash}:${key}`;

const nameOf = (hash: string): string => `content/${hash}`;

/** Puts a file into a store, once. @returns its hash. */
export async function putContent(store: Store, content: Uint8Array): Promise<string> {
  const hash = sha256(content);
  const before = await store.read(nameOf(hash));
  // What was damaged in the store is mended by whoever has the content.
  if (before === undefined || sha256(before) !== hash) await store.write(nameOf(hash), content);
  return hash;
}

/**
 * A file out of a store.
 * @throws FILE_NOT_READABLE where there is none; MALFORMED_FILE where it is another than its hash says.
 */
export async function getContent(store: Store, hash: string): Promise<Uint8Array> {
  const content = await store.read(nameOf(hash));
  if (content === undefined)
    throw fail("FILE_NOT_READABLE", {
      what: `content ${hash}`,
      expected: "a file that was submitted, or written by a job",
      received: "nothing of that content in the store of the queue",
      help: "submit the sweep again: files that are missing are stored anew",
    });
  const received = sha256(content);
  if (received === hash) return content;
  throw fail("MALFORMED_FILE", {
    what: `content ${hash}`,
    expected: "a file of this hash",
    received: `one of hash ${received}`,
    help: "the store is damaged there: submit the sweep again, which stores the file anew",
  });
}

/** Takes a file out of a store. */
export const dropContent = (store: Store, hash: string): Promise<void> => store.remove(nameOf(hash));
