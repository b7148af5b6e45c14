import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type DType,
  decodeSafetensors,
  encodeSafetensors,
  fromNumbers,
  sizeOf,
  type Tensor,
  tensor,
} from "../../../src/tensor/index.js";
import { dtypes } from "../../../src/tensor/internal.js";

const samples: Readonly<Record<DType, Tensor>> = {
  float32: tensor("float32", [2, 2], Float32Array.of(1.5, -0, Number.NaN, Number.POSITIVE_INFINITY)),
  float64: tensor("float64", [3], Float64Array.of(Math.PI, 5e-324, -1e308)),
  int64: tensor("int64", [1, 2], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)),
  bool: tensor("bool", [5], Uint8Array.of(1, 0, 1, 1, 0)),
};

/** A file with any header and some bytes of data. */
function file(header: unknown, body = 16): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + body);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

/** The same bytes in a Node Buffer at an odd offset of its pool. */
function oddly(bytes: Uint8Array, offset: number): Buffer {
  const pool = Buffer.alloc(bytes.length + offset + 3);
  pool.set(bytes, offset);
  return pool.subarray(offset, offset + bytes.length);
}

describe("a safetensors file", () => {
  test.each(dtypes)("keeps %s bit by bit, with others beside it", (dtype) => {
    const tensors = {
      "a b": samples[dtype],
      flag: samples.bool,
      scalar: fromNumbers([7], []),
      none: fromNumbers([], [0, 3]),
    };
    const read = decodeSafetensors(encodeSafetensors(tensors, { k: "ä\n" }));
    expect(read).toEqual({ tensors, metadata: { k: "ä\n" } });
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7])("is read at any alignment: offset %d in a Buffer", (offset) => {
    const tensors = {
      flags: samples.bool,
      wide: samples.float64,
      whole: samples.int64,
      single: samples.float32,
    };
    expect(decodeSafetensors(oddly(encodeSafetensors(tensors), offset)).tensors).toEqual(tensors);
  });

  test("that is cut off anywhere is a typed error", () => {
    const bytes = encodeSafetensors({ a: samples.float32, b: samples.int64 });
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeSafetensors(bytes.subarray(0, length), "cut")).toThrow(
        expect.objectContaining({ code: "MALFORMED_FILE" }),
      );
    expect(Object.keys(decodeSafetensors(bytes).tensors)).toEqual(["a", "b"]);
  });

  const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  test.each([
    ["a header length beyond 2^53", oddHeaderLength(0xffffffffffffffffn)],
    ["a header length beyond the file", oddHeaderLength(1000n)],
    ["a header that is no JSON", file("{")],
    ["a header that is a list", file([1])],
    ["a header that is null", file("null")],
    ["metadata that is no text", file({ __metadata__: { a: 1 } })],
    ["an entry without a shape", file({ a: { dtype: "F32", data_offsets: [0, 8] } })],
    ["an unknown element type", file({ a: { ...entry, dtype: "F8_E4M3" } })],
    ["a negative extent", file({ a: { ...entry, shape: [-2] } })],
    ["a fractional extent", file({ a: { ...entry, shape: [0.5] } })],
    ["an extent whose size overflows", file({ a: { ...entry, shape: [2 ** 53, 2 ** 53] } })],
    ["offsets that do not fit the shape", file({ a: { ...entry, data_offsets: [0, 4] } })],
    ["offsets beyond the data", file({ a: { ...entry, data_offsets: [12, 20] } })],
    ["offsets in the wrong order", file({ a: { ...entry, data_offsets: [8, 0] } })],
    ["negative offsets", file({ a: { ...entry, data_offsets: [-8, 0] } })],
  ])("with %s is refused", (_, bytes) => {
    expect(() => decodeSafetensors(bytes, "hostile")).toThrow(
      expect.objectContaining({ code: "MALFORMED_FILE" }),
    );
    expect(() => decodeSafetensors(bytes, "hostile")).toThrow("hostile");
  });

  test("of random or damaged bytes never crashes", () => {
    const good = encodeSafetensors(samples, { author: "somebody" });
    const damaged = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([place, value]) => {
      const bytes = Uint8Array.from(good);
      bytes[place] = value;
      return bytes;
    });
    const seen = { read: 0, refused: 0 };
    const law = fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), damaged), (bytes) => {
      try {
        const { tensors } = decodeSafetensors(bytes);
        seen.read++;
        for (const { shape, data } of Object.values(tensors)) expect(data.length).toBe(sizeOf(shape));
      } catch (error) {
        seen.refused++;
        expect(error).toMatchObject({ code: "MALFORMED_FILE" });
      }
    });
    fc.assert(law, { seed: 1, numRuns: 500 });
    expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(50);
  });

  test("named like a member of Object is just a name", () => {
    const tensors = { constructor: samples.float32, toString: samples.bool };
    expect(decodeSafetensors(encodeSafetensors(tensors)).tensors).toEqual(tensors);
    const read = decodeSafetensors(file(`{"__proto__":${JSON.stringify(entry)}}`)).tensors;
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });
});

function oddHeaderLength(length: bigint): Uint8Array {
  const bytes = file({ a: { dtype: "F32", shape: [2], data_offsets: [0, 8] } });
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}
