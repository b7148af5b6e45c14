import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { decodeNpy, decodeNpz, encodeNpy, encodeNpz } from "../../../../src/data/index.js";
import { fromNumbers, isHypersolversError, type Tensor, tensor } from "../../../../src/tensor/index.js";

const read = (name: string): Uint8Array => readFileSync(join("test/fixtures/numpy", name));
const halves = [-1, -0.5, 0, 0.5, 1, 1.5];
const counted = BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 5n);

describe("a .npy file that NumPy wrote", () => {
  test.each([
    ["f2", fromNumbers(halves, [2, 3])],
    ["little-f4", fromNumbers(halves, [2, 3])],
    ["big-f4", fromNumbers(halves, [2, 3])],
    ["little-f8", fromNumbers(halves, [2, 3], "float64")],
    ["big-f8", fromNumbers(halves, [2, 3], "float64")],
    ...["i1", "big-i2", "i4", "i8", "u1", "u2", "big-u4"].map((name): [string, Tensor] => [
      name,
      tensor("int64", [2, 3], counted),
    ]),
    ["bool", tensor("bool", [2, 3], Uint8Array.of(0, 0, 0, 1, 1, 1))],
    [
      "fortran",
      fromNumbers(
        Array.from({ length: 24 }, (_, i) => i),
        [2, 3, 4],
      ),
    ],
    ["scalar", fromNumbers([2.5], [], "float64")],
    ["vector", fromNumbers(halves.slice(0, 3), [3], "float64")],
    ["empty", fromNumbers([], [0, 3])],
  ])("of %s is read", (name, wanted) => {
    expect(decodeNpy(read(`${name}.npy`), name)).toEqual(wanted);
  });

  test.each(["complex", "text", "records", "objects"])("of %s is refused, with what to do", (name) => {
    expect(() => decodeNpy(read(`${name}.npy`), name)).toThrowError(/element.*astype/s);
  });
});

describe("a .npz file that NumPy wrote", () => {
  test.each(["plain", "compressed"])("is read: %s", (name) => {
    const arrays = decodeNpz(read(`${name}.npz`), name);
    expect(arrays).toEqual({
      z: fromNumbers(halves, [2, 3]),
      x: fromNumbers(halves, [2, 3], "float64"),
    });
  });

  test("of one wrong array names it", () => {
    const bytes = zipSync({ "z.npy": Uint8Array.of(1, 2, 3) });
    expect(() => decodeNpz(bytes, "a.npz")).toThrowError(/a\.npz, array z/);
  });
});

describe("files of ours", () => {
  const tensors = {
    a: fromNumbers(halves, [2, 3]),
    b: fromNumbers([2.5], [], "float64"),
    c: tensor("int64", [6], counted),
    d: tensor("bool", [2, 1], Uint8Array.of(1, 0)),
    e: fromNumbers([], [0, 3], "float64"),
  };

  test("come back as they were", () => {
    for (const value of Object.values(tensors)) expect(decodeNpy(encodeNpy(value))).toEqual(value);
    expect(decodeNpz(encodeNpz(tensors))).toEqual(tensors);
  });

  test("begin their numbers where they can be mapped into memory", () => {
    for (const value of Object.values(tensors))
      expect((encodeNpy(value).length - value.data.byteLength) % 64).toBe(0);
  });

  test.skipIf(!hasNumpy())("are read by NumPy", () => {
    const folder = mkdtempSync(join(tmpdir(), "hypersolvers-numpy-"));
    writeFileSync(join(folder, "all.npz"), encodeNpz(tensors));
    writeFileSync(join(folder, "a.npy"), encodeNpy(tensors.a));
    const script = `
import numpy
found = numpy.load("all.npz")
print([(key, found[key].dtype.str, found[key].shape, found[key].ravel().tolist()) for key in found])
print(numpy.load("a.npy", mmap_mode="r").tolist())`;
    const told = execFileSync("python3", ["-c", script], { cwd: folder }).toString();
    rmSync(folder, { recursive: true });
    expect(told).toBe(
      "[('a', '<f4', (2, 3), [-1.0, -0.5, 0.0, 0.5, 1.0, 1.5]), ('b', '<f8', (), [2.5]), " +
        "('c', '<i8', (6,), [0, 1, 2, 3, 4, 5]), ('d', '|b1', (2, 1), [True, False]), ('e', '<f8', (0, 3), [])]\n" +
        "[[-1.0, -0.5, 0.0], [0.5, 1.0, 1.5]]\n",
    );
  });
});

describe("hostile files", () => {
  const originals = ["little-f4.npy", "fortran.npy", "plain.npz", "compressed.npz"].map(read);
  const decode = (bytes: Uint8Array): unknown => (bytes[0] === 0x50 ? decodeNpz(bytes) : decodeNpy(bytes));

  test("are read, or refused with a code", () => {
    const mutant = fc.record({
      original: fc.constantFrom(...originals),
      changes: fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 8 }),
      length: fc.nat(800),
    });
    fc.assert(
      fc.property(mutant, ({ original, changes, length }) => {
        const bytes = Uint8Array.from(original.slice(0, Math.max(length, 8)));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          decode(bytes);
        } catch (error) {
          expect(isHypersolversError(error, "MALFORMED_FILE"), String(error)).toBe(true);
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  test("that ask for more than they can hold are refused before memory is taken", () => {
    const bytes = Uint8Array.from(read("compressed.npz"));
    const view = new DataView(bytes.buffer);
    // The sizes of the first file in the central directory.
    const at = bytes.findIndex((_, i) => i < bytes.length - 4 && view.getUint32(i, true) === 0x02014b50);
    view.setUint32(at + 24, 0xfffffff0, true);
    expect(() => decodeNpz(bytes, "bomb.npz")).toThrowError(/bomb\.npz/);
  });
});

function hasNumpy(): boolean {
  try {
    execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
