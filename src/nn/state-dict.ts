import { cast, decodeSafetensors, encodeSafetensors, fail, formatShape } from "../tensor/index.js";
import { sameShape } from "../tensor/internal.js";
import { initializeBuffers } from "./buffers.js";
import type { Module, StateDict } from "./module.js";

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

/**
 * Checks that a state dict is one of this module, and brings it into the module's order (parameters, then buffers) and
 * types (float32; counters int64).
 * @throws INVALID_ARGUMENT listing missing and unexpected names; SHAPE_MISMATCH listing wrong shapes.
 */
export function loadStateDict({ parameters, buffers = {} }: Module, state: StateDict): StateDict {
  const specs = { ...parameters, ...buffers };
  const names = Object.keys(specs);
  const missing = names.filter((name) => state[name] === undefined && buffers[name]?.optional !== true);
  const unexpected = Object.keys(state).filter((name) => specs[name] === undefined);
  if (missing.length > 0 || unexpected.length > 0) {
    throw fail("INVALID_ARGUMENT", {
      what: "state dict",
      expected: `parameters ${names.join(", ") || "none"}`,
      received: [...labeled("missing", missing), ...labeled("unexpected", unexpected)].join("; "),
      help: "select a part of a larger file with withPrefix(state, prefix)",
    });
  }
  const wrong = Object.entries(specs).flatMap(([name, { shape }]) => {
    const received = state[name]?.shape ?? shape;
    return sameShape(shape, received) ? [] : [{ name, shape, received }];
  });
  if (wrong.length > 0) {
    throw fail("SHAPE_MISMATCH", {
      what: "state dict",
      expected: wrong.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(", "),
      received: wrong.map(({ name, received }) => `${name} ${formatShape(received)}`).join(", "),
    });
  }
  const first = initializeBuffers({ buffers });
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = state[name] ?? first[name];
      return value === undefined ? [] : [[name, cast(value, buffers[name]?.dtype ?? "float32")] as const];
    }),
  );
}

const labeled = (label: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${label} ${names.join(", ")}`];
