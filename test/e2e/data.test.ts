import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";
import { afterAll, describe, expect, it } from "vitest";
import { loadDataset } from "../../src/datasets/index.js";
import { cifarFolder, mnistFolder } from "../helpers/images.js";
import { type Finished, oneProcessIn } from "./command-line.js";

const folder = mkdtempSync(join(tmpdir(), "hypersolvers-data-"));
const at = (...parts: string[]): string => join(folder, ...parts);
const together = oneProcessIn(folder);
afterAll(() => {
  together.end();
  rmSync(folder, { recursive: true });
});
const data = (...args: string[]): Promise<Finished> => together.run(["data", ...args]);

describe("data", () => {
  it("imports MNIST, knows that it is official, and does not fetch it again", async () => {
    const imported = await data("mnist", "--from", mnistFolder, "--cache", "cache", "--json");
    expect([imported.code, imported.stderr]).toEqual([0, ""]);
    const path = join("cache", "data", "mnist");
    expect(imported.json()).toEqual({
      ...{ name: "mnist", action: "imported", official: true, training: 60000, test: 10000 },
      ...{ bytes: 54950048, path, source: mnistFolder, warnings: [] },
    });
    const again = await data("mnist", "--cache", "cache");
    expect([again.code, again.stderr]).toEqual([0, ""]);
    expect(again.stdout).toBe(`MNIST, 60000 training and 10000 test images, 55.0 MB.\nAlready in ${path}\n`);
    expect((await loadDataset("mnist", at("cache"))).training.shape).toEqual([60000, 1, 28, 28]);
  });

  it("imports an excerpt of CIFAR-10 as a folder, archive or files, says what it is, and lists it", async () => {
    await create({ file: at("excerpt.tar.gz"), gzip: true, cwd: cifarFolder }, [
      "data_batch_1.bin",
      "test_batch.bin",
    ]);
    const files = ["data_batch_1.bin", "test_batch.bin"].map((name) => join(cifarFolder, name));
    for (const from of [[cifarFolder], ["excerpt.tar.gz"], files]) {
      const { code, stdout, stderr } = await data("cifar10", "--from", ...from, "--cache", "other");
      expect([code, stdout]).toEqual([
        0,
        `CIFAR-10 (excerpt), 60 training and 20 test images, not the official files, 0.246 MB.\nImported into ${join("other", "data", "cifar10")}\n`,
      ]);
      expect(stderr).toBe(
        "warning: the files could not be checked: the published checksum of CIFAR-10 is that of cifar-10-binary.tar.gz; there are 60 and 20 images, CIFAR-10 has 50000 and 10000\n",
      );
    }
    const kept = await data("cifar10", "--cache", "other");
    expect([kept.code, kept.stdout]).toEqual([0, expect.stringContaining("Already in")]);
    expect(kept.stderr).toContain("`hypersolvers data cifar10 --download` fetches the official files");
    const [text, list, nothing] = [
      await data("--cache", "other"),
      await data("--cache", "other", "--json"),
      await data("--cache", "empty"),
    ];
    expect(text.stdout).toContain("CIFAR-10 (excerpt), 60 training and 20 test images");
    expect(list.json()).toMatchObject({
      cache: "other",
      datasets: [{ name: "cifar10", official: false, training: 60, test: 20, bytes: 245840 }],
    });
    expect(nothing.stdout).toContain("No data sets in empty.");
    expect(existsSync(at("empty"))).toBe(false);
  });

  it("refuses with a code, an exit code and advice, and keeps nothing", async () => {
    mkdirSync(at("cut"));
    copyFileSync(join(cifarFolder, "test_batch.bin"), at("cut", "test_batch.bin"));
    writeFileSync(
      at("cut", "data_batch_1.bin"),
      readFileSync(join(cifarFolder, "data_batch_1.bin")).subarray(1),
    );
    writeFileSync(at("file"), "");
    const cases: readonly (readonly [line: string, code: number, error: string, says: string])[] = [
      ["imagenet", 2, "USAGE", "mnist, cifar10"],
      ["--from cut", 2, "USAGE", "write the name first"],
      ["cifar10 --from", 2, "USAGE", "--from"],
      ["--download", 2, "USAGE", "write the name first"],
      ["cifar10 --download --from cut", 2, "USAGE", "one of the two"],
      ["cifar10 --from nowhere", 1, "FILE_NOT_READABLE", "check the path"],
      ["cifar10 --from nowhere.tar.gz", 1, "FILE_NOT_READABLE", "check the path"],
      ["cifar10 --from cut", 1, "MALFORMED_FILE", "cut off"],
      ["mnist --from cut", 1, "INVALID_ARGUMENT", "train-images-idx3-ubyte"],
      ["mnist --from file", 1, "INVALID_ARGUMENT", "under their usual names"],
      [`cifar10 --from ${cifarFolder} --cache file`, 1, "FILE_NOT_WRITABLE", "--cache"],
    ];
    for (const [line, exitCode, error, says] of cases) {
      const cache = line.includes("--cache") ? [] : ["--cache", "refused"];
      const { code, stderr, json } = await data(...cache, "--json", ...line.split(" "));
      expect([line, code], stderr).toEqual([line, exitCode]);
      expect([line, json()]).toMatchObject([line, { error: { code: error } }]);
      expect(stderr).toContain(says);
      expect(stderr).not.toMatch(/^ {4}at /m);
    }
    expect(existsSync(at("refused"))).toBe(false);
  });
});
