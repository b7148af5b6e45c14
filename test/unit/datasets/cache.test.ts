import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { CachePlace } from "../../../src/datasets/cache-folder.js";
import { cacheFolder, importDataset, loadDataset, readDataset } from "../../../src/datasets/index.js";
import {
  datasetDefinitions,
  datasetNamed,
  listCached,
  ownerMark,
  verifyCached,
} from "../../../src/datasets/internal.js";
import { cifarFolder, smallMnist } from "../../helpers/images.js";

const root = mkdtempSync(join(tmpdir(), "hypersolvers-cache-"));
afterAll(() => rmSync(root, { recursive: true }));
const { mnist, cifar10 } = datasetDefinitions;

const source = join(root, "source");
mkdirSync(source);
for (const [name, bytes] of Object.entries(smallMnist())) writeFileSync(join(source, name), bytes);

describe("the folder of the cache", () => {
  const at = (environment: CachePlace["environment"], change: Partial<CachePlace> = {}): CachePlace => ({
    ...{ environment, home: "/home/a", platform: "linux", exists: () => false },
    ...change,
  });
  const before = join("/home/a", ".cache", "hypersolvers");

  it("is the wanted one, else that of the environment, else the usual one", () => {
    const both = at({ HYPERSOLVERS_CACHE: "/own", XDG_CACHE_HOME: "/xdg" });
    expect(cacheFolder("wanted", both)).toBe("wanted");
    expect(cacheFolder(undefined, both)).toBe("/own");
    const shared = at({ XDG_CACHE_HOME: "/xdg" }, { platform: "darwin" });
    expect(cacheFolder(undefined, shared)).toBe(join("/xdg", "hypersolvers"));
    for (const useless of [
      {},
      { XDG_CACHE_HOME: "relative" },
      { XDG_CACHE_HOME: "", HYPERSOLVERS_CACHE: "" },
    ])
      expect(cacheFolder("", at(useless))).toBe(before);
  });

  it("is where the platform has caches, unless an earlier version began one", () => {
    const [mac, windows] = [{ platform: "darwin" }, { platform: "win32" }];
    expect(cacheFolder(undefined, at({}, mac))).toBe(join("/home/a", "Library", "Caches", "hypersolvers"));
    expect(cacheFolder(undefined, at({ LOCALAPPDATA: "/local" }, windows))).toBe(
      join("/local", "hypersolvers"),
    );
    expect(cacheFolder(undefined, at({}, windows))).toBe(join("/home/a", "AppData", "Local", "hypersolvers"));
    expect(cacheFolder(undefined, at({}, { ...mac, exists: (path) => path === before }))).toBe(before);
    expect(cacheFolder(undefined, at({}, { ...mac, exists: () => true }))).toContain("Caches");
  });
});

describe("a kept data set", () => {
  it("is loaded as it was read", async () => {
    const cache = join(root, "kept");
    const cached = await importDataset(mnist, [source], cache);
    expect(cached).toMatchObject({ name: "mnist", official: false, training: 6, test: 3, source });
    const [loaded, read] = [await loadDataset("mnist", cache), await readDataset("mnist", [source])];
    expect(loaded).toEqual(read);
    expect(loaded.description).toBe("MNIST (excerpt), 6 training and 3 test images, not the official files");
    expect(readdirSync(join(cache, "data"))).toEqual(["mnist"]);
  });

  it("survives a kill between the two renames, with the old one aside and the new one not yet in its place", async () => {
    for (const purpose of ["new", "old"]) {
      const cache = join(root, `killed-${purpose}`);
      await importDataset(mnist, [source], cache);
      const data = join(cache, "data");
      const [machine] = ownerMark.split("-");
      const mark = `${machine}-4194305`;
      renameSync(join(data, "mnist"), join(data, `.mnist.${mark}.${purpose}`));
      // What was not finished counts for nothing.
      mkdirSync(join(data, `.mnist.${mark}.${purpose === "new" ? "old" : "new"}`));
      expect(await loadDataset("mnist", cache)).toEqual(await readDataset("mnist", [source]));
      expect(readdirSync(data)).toEqual(["mnist"]);
    }
  });

  it("replaces the one before, or leaves it when it cannot be read", async () => {
    const cache = join(root, "replaced");
    await importDataset(cifar10, [cifarFolder], cache);
    const bytes = readFileSync(join(cifarFolder, "test_batch.bin"));
    const other = join(root, "other");
    mkdirSync(other);
    for (const name of ["data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"])
      writeFileSync(join(other, name), bytes);
    await importDataset(cifar10, [other], cache);
    expect((await loadDataset("cifar10", cache)).training.shape[0]).toBe(40);
    writeFileSync(join(other, "data_batch_2.bin"), bytes.subarray(1));
    await expect(importDataset(cifar10, [other], cache)).rejects.toMatchObject({ code: "MALFORMED_FILE" });
    expect((await loadDataset("cifar10", cache)).training.shape[0]).toBe(40);
    expect(readdirSync(join(cache, "data"))).toEqual(["cifar10"]);
  });

  it("is refused when a file of it was changed, is gone, or its description is damaged", async () => {
    const cache = join(root, "changed");
    const { path } = await importDataset(mnist, [source], cache);
    expect(await verifyCached(mnist, cache)).toMatchObject({ path });
    const file = join(path, "t10k-labels-idx1-ubyte");
    const bytes = readFileSync(file);
    const changed = Buffer.from(bytes);
    changed[8] = 9;
    writeFileSync(file, changed);
    await expect(loadDataset("mnist", cache)).rejects.toMatchObject({
      code: "MALFORMED_FILE",
      facts: { what: file, help: expect.stringContaining("hypersolvers data mnist") },
    });
    expect(await verifyCached(mnist, cache)).toBeUndefined();
    rmSync(file);
    await expect(loadDataset("mnist", cache)).rejects.toMatchObject({ code: "FILE_NOT_READABLE" });
    const description = join(path, "dataset.json");
    const facts = JSON.parse(readFileSync(description, "utf8"));
    const leading = { ...facts, files: { "../../secret": Object.values(facts.files)[0] } };
    for (const text of ["", "{}", "[1]", JSON.stringify({ ...facts, format: 2 }), JSON.stringify(leading)]) {
      writeFileSync(description, text);
      await expect(loadDataset("mnist", cache)).rejects.toMatchObject({ code: "MALFORMED_FILE" });
    }
    expect(await listCached(cache)).toEqual([
      { name: "mnist", path, problem: expect.stringContaining("damaged") },
    ]);
  });

  it("that is not there says how to get it; names are known ones", async () => {
    await expect(loadDataset("cifar10", join(root, "nothing"))).rejects.toMatchObject({
      code: "FILE_NOT_READABLE",
      facts: { help: expect.stringContaining("hypersolvers data cifar10") },
    });
    await expect(loadDataset("../mnist", root)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(() => datasetNamed("imagenet")).toThrow("mnist, cifar10");
    expect(await listCached(join(root, "nothing"))).toEqual([]);
    expect(existsSync(join(root, "nothing"))).toBe(false);
  });

  it("needs a folder that can be written", async () => {
    const file = join(root, "file");
    writeFileSync(file, "");
    await expect(importDataset(mnist, [source], file)).rejects.toMatchObject({
      code: "FILE_NOT_WRITABLE",
      facts: { help: expect.stringContaining("--cache") },
    });
  });
});
