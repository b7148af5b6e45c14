import { sha256 } from "../tensor/internal.js";
import type { Session, SessionOptions } from "./backend.js";

interface Entry {
  readonly session: Promise<Session>;
  users: number;
}

/** Sessions that nobody uses are kept for the next program of the same content, up to this many. */
const idleLimit = 8;

/** Loaded models by content. In a Map, insertion order is the order of last use. */
const entries = new Map<string, Entry>();

/** Identifies model bytes and the options that matter to a session. */
export function contentKey(
  model: Uint8Array,
  { device = "cpu", threads, hot, oneShot, worker, part }: SessionOptions,
): string {
  return [
    sha256(model),
    device,
    threads ?? "auto",
    hot === true,
    oneShot === true,
    worker === true,
    part,
  ].join(" ");
}

/** Hands out the session of that content, loading it at the first call. Pair every call with `releaseSession`. */
export async function acquireSession(key: string, load: () => Promise<Session>): Promise<Session> {
  const entry = entries.get(key) ?? { session: load(), users: 0 };
  entries.delete(key);
  entries.set(key, entry);
  entry.users++;
  try {
    return await entry.session;
  } catch (error) {
    entries.delete(key);
    throw error;
  }
}

/** Says that one user is done. The longest idle sessions beyond the limit are unloaded. */
export async function releaseSession(key: string): Promise<void> {
  const entry = entries.get(key);
  if (entry !== undefined) entry.users--;
  const idle = [...entries].filter(([, { users }]) => users <= 0);
  for (const [oldKey, old] of idle.slice(0, Math.max(0, idle.length - idleLimit))) {
    entries.delete(oldKey);
    await (await old.session).release();
  }
}
