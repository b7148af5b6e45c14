import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { fail } from "../tensor/index.js";
import { wordsOf } from "./trouble.js";

/** More than any file of a data set has when it is unpacked: a bound against bombs. */
export const LARGEST_FILE: number = 512 * 2 ** 20;

const inflate = promisify(gunzip);

/** Whether these bytes begin as gzip does. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * A file as it is, or unpacked where it is gzip; told by its first bytes, whatever its name.
 * @param what name for messages, usually the file path.
 * @throws MALFORMED_FILE when it is cut off or damaged, or unpacks to more than 512 MiB.
 */
export async function unpacked(bytes: Uint8Array, what: string): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes;
  try {
    return await inflate(bytes, { maxOutputLength: LARGEST_FILE });
  } catch (cause) {
    throw fail("MALFORMED_FILE", {
      what,
      expected: "a whole gzip file, of at most 512 MiB unpacked",
      received: wordsOf(cause),
      help: "the file is cut off or damaged: fetch it again",
      cause,
    });
  }
}
