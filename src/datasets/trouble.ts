import { fail } from "../tensor/index.js";

/** A file or folder that cannot be read, with the system's own words. */
export function notReadable(what: string, expected: string, cause: unknown, help: string): Error {
  return fail("FILE_NOT_READABLE", { what, expected, received: wordsOf(cause), help, cause });
}

/** A place in the cache that cannot be written. */
export function notWritable(what: string, cause: unknown): Error {
  return fail("FILE_NOT_WRITABLE", {
    what,
    received: wordsOf(cause),
    help: "choose another folder with --cache or HYPERSOLVERS_CACHE, or free some space",
    cause,
  });
}

const known: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "a folder",
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "a read-only file system",
  ENOSPC: "no space left on the disk",
  EEXIST: "a file where a folder is needed",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection broke off",
  ENOTFOUND: "no address for the host: is there a network?",
  EAI_AGAIN: "no address for the host: is there a network?",
  ENETUNREACH: "the network cannot be reached",
  EHOSTUNREACH: "the host cannot be reached",
  ETIMEDOUT: "no answer in time",
};

/** What went wrong, in few words. */
export function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = "code" in cause ? String(cause.code) : "";
  const words = known[code] ?? (cause.message || code);
  // A connection to a host with several addresses fails with one error for each.
  return words === "" && cause instanceof AggregateError ? wordsOf(cause.errors[0]) : words;
}
