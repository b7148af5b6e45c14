import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { create, Header } from "tar";
import { afterAll, describe, expect, it } from "vitest";
import { classCounts } from "../../../src/data/index.js";
import { type DatasetName, readDataset } from "../../../src/datasets/index.js";
import { draw, Random } from "../../../src/tensor/index.js";
import {
  cifarFolder,
  cifarForTests,
  cifarRecord,
  idxFile,
  mnistForTests,
  smallMnist,
} from "../../helpers/images.js";

const root = mkdtempSync(join(tmpdir(), "hypersolvers-source-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Writes files and returns their folder. */
function folder(name: string, files: Readonly<Record<string, Uint8Array>>): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes);
  return path;
}

const refusal = (name: DatasetName, ...paths: string[]): Promise<unknown> =>
  readDataset(name, paths).then(
    () => undefined,
    (error: unknown) => error,
  );

/** A tar archive of one file, with any path. */
function tarOf(path: string, bytes: Uint8Array, type: "File" | "SymbolicLink" = "File"): Buffer {
  const header = new Header({
    ...{ path, type, size: type === "File" ? bytes.length : 0, mode: 0o644 },
    ...(type === "SymbolicLink" && { linkpath: "/etc/passwd" }),
  });
  const block = Buffer.alloc(512);
  header.encode(block);
  const body = Buffer.alloc(type === "File" ? Math.ceil(bytes.length / 512) * 512 : 0);
  if (type === "File") body.set(bytes);
  return Buffer.concat([block, body]);
}
const END = Buffer.alloc(1024);

describe("MNIST in full", () => {
  it("is the official one", async () => {
    const { training, test, official, description } = await mnistForTests();
    expect([official, description]).toEqual([true, "MNIST, 60000 training and 10000 test images"]);
    expect([training.shape, test.shape]).toEqual([
      [60000, 1, 28, 28],
      [10000, 1, 28, 28],
    ]);
    expect(classCounts(training)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(classCounts(test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect([...training.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...test.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
  });

  it("has the moments that its normalization says", async () => {
    const { images } = (await mnistForTests()).training;
    const counts = new Float64Array(256);
    for (const byte of images) counts[byte] = (counts[byte] ?? 0) + 1;
    const moment = (power: number): number =>
      counts.reduce((sum, count, byte) => sum + count * (byte / 255) ** power, 0) / images.length;
    expect(moment(1)).toBeCloseTo(0.1307, 4);
    expect(Math.sqrt(moment(2) - moment(1) ** 2)).toBeCloseTo(0.3081, 4);
  });
});

describe("the excerpt of CIFAR-10", () => {
  it("is read as such", async () => {
    const { training, test, official, description } = await cifarForTests();
    expect([training.shape, test.shape]).toEqual([
      [60, 3, 32, 32],
      [20, 3, 32, 32],
    ]);
    expect([classCounts(training), classCounts(test)]).toEqual([Array(10).fill(6), Array(10).fill(2)]);
    expect(official).toBe(false);
    expect(description).toBe("CIFAR-10 (excerpt), 60 training and 20 test images, not the official files");
  });
});

describe("places", () => {
  const small = smallMnist();

  it("may be folders, usual folders inside them, or files; plain, gzip, or with a point in the name", async () => {
    const plain = folder("plain", { ...small, "notes.txt": Buffer.from("x") });
    const expected = await readDataset("mnist", [plain]);
    expect([expected.training.shape[0], expected.test.shape[0]]).toEqual([6, 3]);
    const zipped = Object.fromEntries(
      Object.entries(small).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]),
    );
    const pointed = Object.fromEntries(
      Object.entries(small).map(([name, bytes]) => [name.replace("-idx", ".idx"), bytes]),
    );
    folder(join("torchvision", "MNIST", "raw"), small);
    const files = Object.keys(small).map((name) => join(plain, name));
    const places = [
      [folder("zipped", zipped)],
      [folder("both", { ...small, ...zipped })],
      [folder("pointed", pointed)],
      [join(root, "torchvision")],
      files,
    ];
    for (const paths of places) {
      const { training, test } = await readDataset("mnist", paths);
      expect([training, test], paths.join()).toEqual([expected.training, expected.test]);
    }
  });

  it("may have folders of the files' names, beside the files or around them", async () => {
    const expected = await readDataset("mnist", [folder("plain", small)]);
    const other = smallMnist(2, 2);
    const pointed = Object.fromEntries(
      Object.entries(small).map(([name, bytes]) => [name.replace("-idx", ".idx"), bytes]),
    );
    const [beside, around] = [folder("beside", pointed), folder("around", {})];
    for (const [name, bytes] of Object.entries(small)) {
      folder(join("beside", name), { [name]: other[name] ?? bytes });
      folder(join("around", name), { [name]: bytes });
    }
    const [first = "", ...others] = Object.keys(small);
    const { [first]: _, ...files } = small;
    const hollow = folder("hollow", files);
    folder(join("hollow", first), { [others[0] ?? ""]: small[first] ?? new Uint8Array() });
    for (const path of [beside, around]) {
      const { training, test } = await readDataset("mnist", [path]);
      expect([training, test], path).toEqual([expected.training, expected.test]);
    }
    expect(await refusal("mnist", hollow)).toMatchObject({ facts: { received: `no ${first}` } });
  });

  it("may be archives, gzip or not, whatever folder the files are in", async () => {
    const expected = await cifarForTests();
    for (const [file, gzip, entry] of [
      ["a.tar", false, "cifar10"],
      ["a.tar.gz", true, "cifar10"],
      ["a.tgz", true, "cifar10/data_batch_1.bin"],
    ] as const) {
      const entries = entry.endsWith(".bin") ? [entry, "cifar10/test_batch.bin"] : [entry];
      await create({ file: join(root, file), gzip, cwd: join(cifarFolder, "..") }, entries);
      const { training, test } = await readDataset("cifar10", [join(root, file)]);
      expect([training, test]).toEqual([expected.training, expected.test]);
    }
    // The official archive's name is found in a folder.
    const path = folder("downloads", { "cifar-10-binary.tar.gz": readFileSync(join(root, "a.tar.gz")) });
    expect((await readDataset("cifar10", [path])).training.shape[0]).toBe(60);
  });

  it("may lack training batches of CIFAR-10, in order of their numbers", async () => {
    const batch = (label: number): Uint8Array => Uint8Array.from(cifarRecord(label, [label, 0, 0]));
    const path = folder("two", {
      "data_batch_5.bin": batch(5),
      "data_batch_2.bin": batch(2),
      "test_batch.bin": batch(0),
    });
    expect([...(await readDataset("cifar10", [path])).training.labels]).toEqual([2, 5]);
  });

  it("are refused when something is missing, unknown, or there twice", async () => {
    const { "t10k-labels-idx1-ubyte": _, ...three } = small;
    const [plain, incomplete, empty] = [
      folder("plain", small),
      folder("incomplete", three),
      folder("empty", {}),
    ];
    expect(await refusal("mnist", incomplete)).toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { received: "no t10k-labels-idx1-ubyte" },
    });
    expect(await refusal("mnist", empty)).toMatchObject({ facts: { received: "none of them" } });
    expect(await refusal("cifar10", plain)).toMatchObject({ facts: { received: "none of them" } });
    expect(await refusal("cifar10", join(cifarFolder, "data_batch_1.bin"))).toMatchObject({
      facts: { received: "no test_batch.bin" },
    });
    expect(await refusal("mnist", join(cifarFolder, "README.md"))).toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    expect(await refusal("mnist", plain, plain)).toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { expected: "every file once" },
    });
    expect(await refusal("cifar10", join(root, "a.tar"), cifarFolder)).toMatchObject({
      facts: { expected: "every file once" },
    });
    for (const nowhere of [join(root, "gone"), join(root, "gone.tar.gz"), join(root, "a.tar", "below")])
      expect(await refusal("mnist", nowhere)).toMatchObject({ code: "FILE_NOT_READABLE" });
  });
});

describe("damaged files", () => {
  const small = smallMnist();
  const damaged = async (name: string, change: Readonly<Record<string, Uint8Array>>): Promise<unknown> =>
    refusal("mnist", folder(name, { ...small, ...change }));
  const malformed = (expected: string) => ({
    code: "MALFORMED_FILE",
    facts: { expected: expect.stringContaining(expected) },
  });
  const images = small["train-images-idx3-ubyte"] ?? new Uint8Array();

  it("are refused when cut off, also as gzip, and when damaged midway", async () => {
    const zipped = gzipSync(images);
    const broken = Buffer.from(zipped);
    const middle = Math.floor(zipped.length / 2);
    broken.fill(0xa5, middle, middle + 20);
    const { "train-images-idx3-ubyte": _, ...others } = small;
    expect(await damaged("cut", { "train-images-idx3-ubyte": images.subarray(0, 2000) })).toMatchObject(
      malformed("4704 bytes after the header"),
    );
    for (const [name, bytes] of [
      ["cut-gz", zipped.subarray(0, zipped.length - 9)],
      ["broken-gz", broken],
      ["trailing-gz", Buffer.concat([zipped, Buffer.from("left over")])],
      [
        "checksum-gz",
        Buffer.concat([zipped.subarray(0, -8), Buffer.from([1, 2, 3, 4]), zipped.subarray(-4)]),
      ],
    ] as const) {
      const path = folder(name, { ...others, "train-images-idx3-ubyte.gz": bytes });
      expect(await refusal("mnist", path), name).toMatchObject(malformed("a whole gzip file"));
    }
  });

  it("are refused when mixed up, of another size, or with labels that are none", async () => {
    const labels = small["train-labels-idx1-ubyte"] ?? new Uint8Array();
    const strange = Uint8Array.from(labels);
    strange[10] = 77;
    expect(await damaged("mixed", { "train-images-idx3-ubyte": labels })).toMatchObject(
      malformed("images [n, height, width]"),
    );
    expect(
      await damaged("crossed", { "train-labels-idx1-ubyte": small["t10k-labels-idx1-ubyte"] ?? labels }),
    ).toMatchObject(malformed("6 labels"));
    expect(await damaged("strange", { "train-labels-idx1-ubyte": strange })).toMatchObject(
      malformed("a class from 0 to 9"),
    );
    expect(
      await damaged("wide", { "train-images-idx3-ubyte": idxFile([6, 28, 29], new Uint8Array(6 * 28 * 29)) }),
    ).toMatchObject(malformed("28 by 28"));
    expect(await damaged("none", { "train-images-idx3-ubyte": idxFile([0, 28, 28], []) })).toMatchObject(
      malformed("at least one image"),
    );
  });

  it("name the place", async () => {
    const error = await damaged("named", { "t10k-images-idx3-ubyte": images.subarray(0, 3) });
    expect(String(error)).toContain(`${join(root, "named")}: t10k-images-idx3-ubyte`);
  });
});

describe("damaged files of CIFAR-10", () => {
  const record = Uint8Array.from(cifarRecord(1, [1, 2, 3]));
  it.each([
    ["cut off", record.subarray(0, 3000), "records of 3073 bytes"],
    ["empty", new Uint8Array(), "records of 3073 bytes"],
    ["with a label of no class", Uint8Array.from(cifarRecord(10, [1, 2, 3])), "a class from 0 to 9"],
  ])("are refused when %s, by name", async (name, bytes, expected) => {
    const path = folder(`cifar ${name}`, { "data_batch_1.bin": record, "test_batch.bin": bytes });
    expect(await refusal("cifar10", path)).toMatchObject({
      code: "MALFORMED_FILE",
      facts: {
        what: expect.stringContaining(`${path}: test_batch.bin`),
        expected: expect.stringContaining(expected),
      },
    });
  });
});

describe("hostile archives", () => {
  const record = Uint8Array.from(cifarRecord(1, [1, 2, 3]));
  const archive = (name: string, ...parts: Buffer[]): string => {
    const path = join(root, name);
    writeFileSync(path, Buffer.concat(parts));
    return path;
  };
  const [training, test] = [tarOf("data_batch_1.bin", record), tarOf("test_batch.bin", record)];

  it("are read when there is nothing hostile", async () => {
    const good = archive("good.tar", training, test, END);
    expect((await readDataset("cifar10", [good])).training.labels).toEqual(Uint8Array.of(1));
  });

  it.each([
    ["../data_batch_1.bin"],
    ["a/../../data_batch_1.bin"],
    ["/tmp/data_batch_1.bin"],
    ["..\\data_batch_1.bin"],
    ["C:/data_batch_1.bin"],
    ["../other"],
  ])("with the path %s are refused", async (path) => {
    const error = await refusal("cifar10", archive("path.tar", tarOf(path, record), test, END));
    expect(error).toMatchObject({ code: "MALFORMED_FILE", facts: { received: "one that leads out of it" } });
  });

  it("are refused with a file twice, with links for files, and when they are damaged", async () => {
    expect(await refusal("cifar10", archive("twice.tar", training, training, test, END))).toMatchObject({
      code: "MALFORMED_FILE",
      facts: { received: "a second one" },
    });
    const link = tarOf("data_batch_1.bin", record, "SymbolicLink");
    expect(await refusal("cifar10", archive("link.tar", link, test, END))).toMatchObject({
      facts: { received: "no data_batch_1.bin" },
    });
    const noise = new Random(4);
    const flipped = Buffer.from(training);
    flipped[0] = 0x7a;
    const whole = Buffer.concat([training, test, END]);
    const zipped = gzipSync(Buffer.concat([whole, Buffer.from(draw(4096, () => noise.integer(0, 255)))]));
    const broken = Buffer.from(zipped);
    broken.fill(0x5a, 60, 90);
    for (const [name, bytes] of [
      ["header.tar", Buffer.concat([flipped, test, END])],
      ["cut.tar", whole.subarray(0, 2000)],
      ["cut.tar.gz", zipped.subarray(0, zipped.length - 20)],
      ["broken.tar.gz", broken],
      ["text.tar", Buffer.from("no archive at all, though somebody called it one".repeat(30))],
      ["empty.tar.gz", Buffer.alloc(0)],
    ] as const) {
      const error = await refusal("cifar10", archive(name, bytes));
      expect(error, name).toMatchObject({
        code: expect.stringMatching(/^(MALFORMED_FILE|INVALID_ARGUMENT)$/),
      });
    }
  });
});
