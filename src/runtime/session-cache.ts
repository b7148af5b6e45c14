import { sha256 } from "../tensor/internal.js";
import type { Session, SessionOptions } from "./backend.js";

interface Entry {
  readonly session: Promise<Session>;
  users: number;
  /** What its users say that it holds, at most. */
  bytes: number;
  /** Idle sessions of the least worth are unloaded first. */
  worth: number;
}

/**
 * Sessions that nobody uses are kept for the next program of the same content while they hold no more than this together.
 * Fitting and comparing compile the same small programs again and again, and loading one takes longer than most of its
 * runs; a program that holds more than this at once runs for so long that its loading does not count.
 */
export const IDLE_BYTES: number = 2 ** 28;

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
  const entry = entries.get(key) ?? { session: load(), users: 0, bytes: 0, worth: 0 };
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

/** The worth of what was unloaded last: whatever is released from now on is worth more. */
let leastWorth = 0;

/**
 * Says that one user is done. Idle sessions are unloaded until the others fit: the largest first, apart from those that were
 * used long ago (GreedyDual-Size: P. Cao, S. Irani, "Cost-aware WWW proxy caching algorithms", 1997, every loading at the same
 * cost). A large session would otherwise drive out many small ones, which take as long to load and are needed as often.
 * @param bytes that the session holds after the runs of this user.
 */
export async function releaseSession(key: string, bytes: number): Promise<void> {
  const entry = entries.get(key);
  if (entry !== undefined) {
    entry.users--;
    entry.bytes = Math.max(entry.bytes, bytes);
    entry.worth = leastWorth + 1 / entry.bytes;
  }
  await Promise.all(superfluous().map(async (session) => (await session).release()));
}

/** Takes idle sessions out of the cache, at once: whoever asks for one while it is being unloaded loads it anew. */
function superfluous(): Promise<Session>[] {
  const idle = [...entries].filter(([, { users }]) => users <= 0).sort(([, a], [, b]) => a.worth - b.worth);
  let held = idle.reduce((sum, [, each]) => sum + each.bytes, 0);
  const taken: Promise<Session>[] = [];
  for (const [key, { session, bytes, worth }] of idle) {
    if (held <= IDLE_BYTES) break;
    held -= bytes;
    leastWorth = worth;
    entries.delete(key);
    taken.push(session);
  }
  return taken;
}
