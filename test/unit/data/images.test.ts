import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  augmented,
  cifar10Augmentation,
  classCounts,
  type ImageSet,
  imageBatches,
  imageSet,
  imageTensor,
  joinImages,
  oneHot,
  pickImages,
} from "../../../src/data/index.js";
import {
  cifar10Normalization,
  imageRows,
  mnistNormalization,
  rowBatches,
} from "../../../src/data/internal.js";
import { Random } from "../../../src/tensor/index.js";

/** `count` images of 2 channels, 2 by 3 pixels, no two bytes of an image equal. */
function numbered(count: number): ImageSet {
  return imageSet({
    shape: [count, 2, 2, 3],
    images: Uint8Array.from({ length: count * 12 }, (_, i) => (i % 250) + 1),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
    classes: ["a", "b", "c"],
  });
}

describe("image sets", () => {
  it("are checked when they are made", () => {
    const { shape, images, labels, classes } = numbered(4);
    const mismatch = expect.objectContaining({ code: "SHAPE_MISMATCH" });
    expect(() => imageSet({ shape, images: images.subarray(1), labels, classes })).toThrow(mismatch);
    expect(() => imageSet({ shape, images, labels: labels.subarray(1), classes })).toThrow(mismatch);
    expect(() => imageSet({ shape: [4, 0, 2, 3], images: images.subarray(0, 0), labels, classes })).toThrow(
      mismatch,
    );
    expect(() => imageSet({ shape, images, labels, classes: ["a", "b"] })).toThrow("label of image 2");
  });

  it("give rows in any order and number", () => {
    const set = numbered(4);
    const picked = pickImages(set, [3, 0, 3]);
    expect(picked).toMatchObject({ shape: [3, 2, 2, 3], classes: set.classes });
    expect([...picked.labels]).toEqual([0, 0, 0]);
    expect([...picked.images.subarray(0, 12)]).toEqual([...set.images.subarray(36, 48)]);
    expect(pickImages(set, []).shape).toEqual([0, 2, 2, 3]);
    for (const row of [4, -1, 0.5, Number.NaN])
      expect(() => pickImages(set, [row])).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  it("give neighboring rows without copying", () => {
    const set = numbered(4);
    const part = imageRows(set, 1, 3);
    expect([part.images.buffer, part.shape]).toEqual([set.images.buffer, [2, 2, 2, 3]]);
    expect(part).toEqual(pickImages(set, [1, 2]));
    expect(imageRows(set, 4, 4).shape).toEqual([0, 2, 2, 3]);
    for (const [start, end] of [
      [-1, 2],
      [2, 1],
      [0, 5],
      [0, 1.5],
      [Number.NaN, 2],
    ] as const)
      expect(() => imageRows(set, start, end)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  it("can be joined when they are of one kind", () => {
    const [a, b] = [numbered(2), numbered(3)];
    const both = joinImages([a, b]);
    expect(both.shape).toEqual([5, 2, 2, 3]);
    expect([...both.images]).toEqual([...a.images, ...b.images]);
    expect([...both.labels]).toEqual([...a.labels, ...b.labels]);
    expect(classCounts(both)).toEqual([2, 2, 1]);
    expect(() => joinImages([])).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    const other: readonly ImageSet[] = [
      { ...b, shape: [3, 1, 4, 3] },
      { ...b, classes: ["a", "b", "d"] },
    ];
    for (const set of other)
      expect(() => joinImages([a, set])).toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
  });

  it("have labels as rows with a one", () => {
    expect(oneHot(Uint8Array.of(2, 0), 3)).toMatchObject({
      shape: [2, 3],
      data: Float32Array.of(0, 0, 1, 1, 0, 0),
    });
  });
});

describe("normalization", () => {
  it("is (pixel / 255 − mean) / deviation, rounded once", () => {
    const gray = {
      shape: [1, 1, 1, 3],
      images: Uint8Array.of(0, 100, 255),
      labels: Uint8Array.of(0),
      classes: ["a"],
    } as const;
    const expected = [0, 100, 255].map((pixel) => Math.fround((pixel / 255 - 0.1307) / 0.3081));
    expect([...imageTensor(gray, mnistNormalization).data]).toEqual(expected);
  });

  it("is by channel", () => {
    const images = Uint8Array.of(255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0);
    const color = { shape: [2, 3, 1, 2], images, labels: Uint8Array.of(0, 0), classes: ["a"] } as const;
    const { shape, data } = imageTensor(color, cifar10Normalization);
    expect(shape).toEqual([2, 3, 1, 2]);
    const { mean, deviation } = cifar10Normalization;
    for (const channel of [0, 1, 2]) {
      const [m, d] = [mean[channel] ?? 0, deviation[channel] ?? 0];
      for (const image of [0, 1]) {
        expect(data[image * 6 + channel * 2]).toBe(Math.fround((1 - m) / d));
        expect(data[image * 6 + channel * 2 + 1]).toBe(Math.fround(-m / d));
      }
    }
  });

  it("has to fit the channels", () => {
    const refused = expect.objectContaining({ code: "INVALID_ARGUMENT" });
    expect(() => imageTensor(numbered(1), mnistNormalization)).toThrow(refused);
    expect(() => imageTensor(numbered(1), { mean: [0, 0], deviation: [1, 0] })).toThrow(refused);
    expect(() => imageTensor(numbered(1), { mean: [0, Number.NaN], deviation: [1, 1] })).toThrow(refused);
  });
});

describe("batches", () => {
  it("have every row once an epoch, whatever the batch size", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer(),
        (count, batch, seed) => {
          const { rows, perEpoch } = rowBatches(count, batch, new Random(seed));
          expect(perEpoch).toBe(count / batch);
          const stream = Array.from({ length: Math.ceil((3 * count) / batch) }, (_, i) => [
            ...rows(i),
          ]).flat();
          for (const epoch of [0, 1, 2]) {
            const part = stream.slice(epoch * count, (epoch + 1) * count).sort((a, b) => a - b);
            expect(part).toEqual(Array.from({ length: count }, (_, i) => i));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("are functions of the iteration: in any order, again, and after a restart", () => {
    const options = {
      batch: 5,
      normalization: { mean: [0, 0], deviation: [1, 1] },
      augmentation: { padding: 1, flip: true },
    };
    const first = imageBatches(numbered(12), options, new Random(3));
    const inOrder = Array.from({ length: 20 }, (_, i) => first.at(i));
    for (const i of [19, 0, 7, 7, 12]) expect(first.at(i)).toEqual(inOrder[i]);
    const used = new Random(3);
    used.uniform();
    expect(imageBatches(numbered(12), options, used).at(17)).toEqual(inOrder[17]);
  });

  it("differ between epochs and seeds", () => {
    const order = (seed: number, epoch: number): string =>
      rowBatches(30, 30, new Random(seed)).rows(epoch).join();
    expect(new Set([order(0, 0), order(0, 1), order(1, 0), order(1, 1)]).size).toBe(4);
  });

  it("carry images and labels of the same rows", () => {
    const set = numbered(10);
    const { rows } = rowBatches(10, 4, new Random(8));
    const plain = imageBatches(
      set,
      { batch: 4, normalization: { mean: [0, 0], deviation: [1, 1] } },
      new Random(8),
    );
    const { images, labels } = plain.at(1);
    expect(images.shape).toEqual([4, 2, 2, 3]);
    expect([...labels]).toEqual([...rows(1)].map((row) => row % 3));
    expect([...images.data].map((value) => Math.round(value * 255))).toEqual([
      ...pickImages(set, rows(1)).images,
    ]);
  });

  it("refuse what cannot be counted", () => {
    const refused = expect.objectContaining({ code: "INVALID_ARGUMENT" });
    expect(() => rowBatches(0, 1, new Random(0))).toThrow(refused);
    expect(() => rowBatches(3, 0, new Random(0))).toThrow(refused);
    expect(() => rowBatches(3, 1.5, new Random(0))).toThrow(refused);
    expect(() => rowBatches(3, 1, new Random(0)).rows(-1)).toThrow(refused);
  });
});

describe("augmentation", () => {
  /** One channel, 3 by 3, and all that it may become: shifts, mirrored or not. */
  const image: ImageSet = {
    shape: [1, 1, 3, 3],
    images: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
    labels: Uint8Array.of(0),
    classes: ["a"],
  };
  const repeated = (set: ImageSet, times: number): ImageSet => pickImages(set, Array<number>(times).fill(0));
  const outcomes = (set: ImageSet, size: number): Set<string> =>
    new Set(
      Array.from({ length: set.images.length / size }, (_, i) =>
        set.images.subarray(i * size, (i + 1) * size).join(),
      ),
    );

  it("mirrors half of the images, left to right", () => {
    const mirrored = augmented(repeated(image, 400), { padding: 0, flip: true }, new Random(1));
    expect(outcomes(mirrored, 9)).toEqual(new Set(["1,2,3,4,5,6,7,8,9", "3,2,1,6,5,4,9,8,7"]));
    const same = Array.from({ length: 400 }, (_, i) => mirrored.images[i * 9]).filter(
      (corner) => corner === 1,
    );
    expect(same.length).toBeGreaterThan(150);
    expect(same.length).toBeLessThan(250);
  });

  it("cuts all pieces out of a black margin, and no others", () => {
    const cut = outcomes(augmented(repeated(image, 400), { padding: 1, flip: false }, new Random(1)), 9);
    expect(cut.size).toBe(9);
    for (const piece of [
      "1,2,3,4,5,6,7,8,9",
      "0,0,0,0,1,2,0,4,5",
      "5,6,0,8,9,0,0,0,0",
      "0,0,0,1,2,3,4,5,6",
      "2,3,0,5,6,0,8,9,0",
    ])
      expect(cut).toContain(piece);
  });

  it("moves all channels of an image together, and leaves the input alone", () => {
    const set = numbered(20);
    const before = [...set.images];
    const varied = augmented(set, cifar10Augmentation, new Random(2));
    expect([...set.images]).toEqual(before);
    expect([varied.shape, varied.labels]).toEqual([set.shape, set.labels]);
    // The second channel is the first plus 6, wherever there is image.
    for (let i = 0; i < 20; i++)
      for (let pixel = 0; pixel < 6; pixel++) {
        const [a = 0, b = 0] = [varied.images[i * 12 + pixel], varied.images[i * 12 + 6 + pixel]];
        expect(b).toBe(a === 0 ? 0 : a + 6);
      }
  });

  it("is that of its seed, and refuses an impossible margin", () => {
    const vary = (seed: number): string =>
      augmented(numbered(20), cifar10Augmentation, new Random(seed)).images.join();
    expect(vary(5)).toBe(vary(5));
    expect(vary(5)).not.toBe(vary(6));
    const refused = expect.objectContaining({ code: "INVALID_ARGUMENT" });
    for (const padding of [-1, 0.5, Number.NaN])
      expect(() => augmented(image, { padding, flip: false }, new Random(0))).toThrow(refused);
  });
});
