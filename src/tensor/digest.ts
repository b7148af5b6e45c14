import { sha256 as noble } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/**
 * SHA-256 of the parts one after the other, texts as UTF-8, in hexadecimal. In JavaScript, so that it is equal and
 * synchronous everywhere; files of data sets, which are large, are hashed by Node.
 * @source NIST, FIPS 180-4.
 */
export function sha256(...parts: readonly (string | ArrayBufferView)[]): string {
  const hash = noble.create();
  for (const part of parts)
    hash.update(typeof part === "string" ? new TextEncoder().encode(part) : bytesOf(part));
  return bytesToHex(hash.digest());
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
