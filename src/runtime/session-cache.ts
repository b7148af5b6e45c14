import { sha256 } from "../tensor/internal.js";
import type { Session, SessionOptions } from "./backend.js";

interface Entry {
  readonly session: Promise<Session>;
  users: number;
  /** Whether it holds little memory: a session keeps what its largest run needed. */
  isSmall: boolean;
}

/**
 * Sessions that nobody uses are kept for the next program of the same content, up to these many: few that may hold much
 * memory, and more that hold little. Fitting and comparing compile the same small programs again and again, and loading
 * one takes longer than most of its runs.
 */
const idleLimits = { large: 8, small: 64 };

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
  const entry = entries.get(key) ?? { session: load(), users: 0, isSmall: true };
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

/**
 * Says that one user is done. The longest idle sessions beyond the limits are unloaded.
 * @param isSmall whether this user's program and runs were small.
 */
export async function releaseSession(key: string, isSmall = false): Promise<void> {
  const entry = entries.get(key);
  if (entry !== undefined) {
    entry.users--;
    entry.isSmall &&= isSmall;
  }
  await unloadBeyond(idleLimits.large, (each) => !each.isSmall);
  await unloadBeyond(idleLimits.small, (each) => each.isSmall);
}

async function unloadBeyond(limit: number, isMeant: (entry: Entry) => boolean): Promise<void> {
  const idle = [...entries].filter(([, entry]) => entry.users <= 0 && isMeant(entry));
  for (const [key, { session }] of idle.slice(0, Math.max(0, idle.length - limit))) {
    entries.delete(key);
    await (await session).release();
  }
}
