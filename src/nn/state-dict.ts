import { decodeSafetensors, encodeSafetensors } from "../tensor/index.js";
import type { StateDict } from "./module.js";

/** The entries whose names begin with `prefix`, without it: `withPrefix(state, "net.")`. */
export function withPrefix<T>(record: Readonly<Record<string, T>>, prefix: string): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
    ),
  );
}

/** The entries under longer names; the inverse of `withPrefix`. */
export function prefixed<T>(record: Readonly<Record<string, T>>, prefix: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}${name}`, value]));
}

/** A state dict as the bytes of a safetensors file. */
export function encodeStateDict(
  state: StateDict,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  return encodeSafetensors(state, metadata);
}

/**
 * Reads the bytes of a safetensors file.
 * @param what name for messages, usually the file path.
 * @throws MALFORMED_FILE.
 */
export function decodeStateDict(bytes: Uint8Array, what?: string): StateDict {
  return decodeSafetensors(bytes, what).tensors;
}
