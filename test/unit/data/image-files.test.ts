import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cifar10Classes, decodeCifar10, decodeIdxImages } from "../../../src/data/index.js";
import { decodeIdx } from "../../../src/data/internal.js";
import { cifarRecord, idxFile } from "../../helpers/images.js";

const malformed = (received?: unknown) => ({
  code: "MALFORMED_FILE",
  ...(received !== undefined && { facts: { received } }),
});
/** What an action throws. */
function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("idx", () => {
  it("is read at any rank, without copying", () => {
    const file = idxFile([2, 3], [1, 2, 3, 4, 5, 6]);
    const { shape, data } = decodeIdx(file);
    expect([shape, [...data]]).toEqual([
      [2, 3],
      [1, 2, 3, 4, 5, 6],
    ]);
    expect(data.buffer).toBe(file.buffer);
    expect(decodeIdx(idxFile([0], []))).toMatchObject({ shape: [0] });
    // A view into a larger buffer has an offset of its own.
    const padded = new Uint8Array([9, 9, ...file]).subarray(2);
    expect([...decodeIdx(padded).data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ["nothing", new Uint8Array(), "an empty file"],
    ["a file of another kind", Buffer.from("%PDF-1.4"), "bytes 25 50 44 46"],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0), "gzip"],
    ["floats", idxFile([1], [0, 0, 0, 0], [0, 0, 13]), "float32"],
    ["an unknown element type", idxFile([1], [0], [0, 0, 7]), "element type 7"],
    ["rank 0", idxFile([], [5]), "rank 0 in a file of 5 bytes"],
    ["half a header", idxFile([2, 3], []).subarray(0, 10), "rank 2 in a file of 10 bytes"],
    ["the first bytes alone", Uint8Array.of(0, 0, 8), "rank 0 in a file of 3 bytes"],
    ["an element too few", idxFile([2, 3], [1, 2, 3, 4, 5]), "5"],
    ["an element too many", idxFile([2, 3], [1, 2, 3, 4, 5, 6, 7]), "7"],
    ["extents beyond every number", idxFile([0xffffffff, 0xffffffff, 0xffffffff], [1]), "1"],
    ["extents whose product has 32 zero bits", idxFile([65536, 65536], []), "0"],
    ["the highest rank", idxFile(Array<number>(255).fill(0xffffffff), []), "0"],
  ])("%s is refused", (_, bytes, received) => {
    expect(thrown(() => decodeIdx(bytes, "x"))).toMatchObject(malformed(received));
  });

  it("names the file", () => {
    expect(() => decodeIdx(Uint8Array.of(1, 2), "train-images")).toThrow("train-images");
  });
});

describe("pairs of idx files", () => {
  const classes = ["a", "b", "c"];
  const images = { bytes: idxFile([2, 1, 2], [1, 2, 3, 4]), what: "images" };
  const labels = { bytes: idxFile([2], [2, 0]), what: "labels" };

  it("are images and labels", () => {
    expect(decodeIdxImages(images, labels, classes)).toMatchObject({ shape: [2, 1, 1, 2], classes });
  });

  it.each([
    ["images and labels mixed up", labels, images, "images [n, height, width]"],
    ["images twice", images, images, "labels [n]"],
    ["another number of labels", images, { bytes: idxFile([3], [0, 1, 2]), what: "labels" }, "2 labels"],
    ["no images at all", { bytes: idxFile([0, 28, 28], []), what: "images" }, labels, "at least one image"],
    [
      "images without pixels",
      { bytes: idxFile([2, 0, 28], []), what: "images" },
      labels,
      "at least one image",
    ],
    ["a label without a class", images, { bytes: idxFile([2], [0, 3]), what: "labels" }, "from 0 to 2"],
  ])("%s are refused", (_, first, second, expected) => {
    const error = thrown(() => decodeIdxImages(first, second, classes));
    expect(error).toMatchObject(malformed());
    expect(String(error)).toContain(expected);
  });
});

describe("CIFAR-10", () => {
  it("is read record by record, channel by channel", () => {
    const bytes = Uint8Array.from([...cifarRecord(3, [10, 20, 30]), ...cifarRecord(9, [40, 50, 60])]);
    const { shape, images, labels, classes } = decodeCifar10(bytes);
    expect([shape, [...labels], classes]).toEqual([[2, 3, 32, 32], [3, 9], cifar10Classes]);
    expect([0, 1023, 1024, 2048, 3072, 6143].map((i) => images[i])).toEqual([10, 10, 20, 30, 40, 60]);
  });

  it.each([
    ["an empty file", new Uint8Array(), "an empty file"],
    ["a file that is cut off", new Uint8Array(2 * 3073 - 1), "1 records and 3072 bytes more"],
    ["CIFAR-100, with two labels a record", new Uint8Array(2 * 3074), "2 records and 2 bytes more"],
    ["a label above 9", Uint8Array.from(cifarRecord(10, [0, 0, 0])), "10"],
  ])("%s is refused", (_, bytes, received) => {
    expect(thrown(() => decodeCifar10(bytes, "x"))).toMatchObject(malformed(received));
  });
});

describe("any bytes", () => {
  /** A file of the format with some bytes replaced and its end cut off or lengthened. */
  const damaged = (file: Uint8Array) =>
    fc
      .tuple(
        fc.array(fc.tuple(fc.nat(Math.min(file.length - 1, 40)), fc.nat(255)), { maxLength: 2 }),
        fc.oneof(fc.constant(0), fc.integer({ min: -20, max: 20 })),
      )
      .map(([changes, growth]) => {
        const bytes = Uint8Array.from({ length: file.length + growth }, (_, i) => file[i] ?? 0);
        for (const [place, value] of changes) bytes[place] = value;
        return bytes;
      });

  it.each([
    ["idx", decodeIdx, idxFile([2, 3, 4], Array(24).fill(7))],
    ["CIFAR-10", decodeCifar10, Uint8Array.from(cifarRecord(3, [10, 20, 30]))],
  ] as const)("are read whole or refused with a code: %s", (_, decode, file) => {
    const seen = { read: 0, refused: 0 };
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 64 }), damaged(file));
    const law = fc.property(bytes, (some) => {
      const error = thrown(() => decode(some));
      seen[error === undefined ? "read" : "refused"]++;
      if (error !== undefined) expect(error).toMatchObject(malformed());
    });
    fc.assert(law, { seed: 1, numRuns: 400 });
    expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(40);
  });
});
