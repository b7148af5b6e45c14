import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  readBytes,
  requireWritableFile,
  requireWritableFolder,
  writeAll,
  writeWhole,
} from "../../../../src/cli/files/files.js";
import { readTensor } from "../../../../src/cli/files/tensor-file.js";
import { ownerMark } from "../../../../src/datasets/internal.js";
import { encodeSafetensors, fromNumbers, type Tensor } from "../../../../src/tensor/index.js";

const folder = mkdtempSync(join(tmpdir(), "hypersolvers-files-"));
const at = (...parts: string[]): string => join(folder, ...parts);
writeFileSync(at("plain"), "text");
afterAll(() => rmSync(folder, { recursive: true }));

describe("reading", () => {
  it("says why a file cannot be read", async () => {
    const refused = (received: string) => ({ code: "FILE_NOT_READABLE", facts: { received } });
    await expect(readBytes(at("nothing"))).rejects.toMatchObject(refused("no such file"));
    await expect(readBytes(folder)).rejects.toMatchObject(refused("a folder"));
    await expect(readBytes(at("plain", "below"))).rejects.toMatchObject({ code: "FILE_NOT_READABLE" });
  });
});

describe("writing", () => {
  it("makes folders and leaves nothing but the file", async () => {
    await writeWhole(at("a", "b", "c.txt"), "first");
    await writeWhole(at("a", "b", "c.txt"), "second");
    expect(readFileSync(at("a", "b", "c.txt"), "utf8")).toBe("second");
    expect(readdirSync(at("a", "b"))).toEqual(["c.txt"]);
  });

  it("keeps the old file and no temporary one when it fails", async () => {
    mkdirSync(at("taken"));
    await expect(writeWhole(at("taken"), "x")).rejects.toMatchObject({ code: "FILE_NOT_WRITABLE" });
    await expect(writeWhole(at("plain", "x"), "x")).rejects.toMatchObject({ code: "FILE_NOT_WRITABLE" });
    expect(readFileSync(at("plain"), "utf8")).toBe("text");
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("replaces what a link leads to, keeps permissions, and writes into pipes and devices", async () => {
    writeFileSync(at("real"), "old");
    chmodSync(at("real"), 0o640);
    symlinkSync("real", at("link"));
    symlinkSync("not-yet", at("dangling"));
    await writeWhole(at("link"), "new");
    await writeWhole(at("dangling"), "made");
    expect(lstatSync(at("link")).isSymbolicLink()).toBe(true);
    expect(readFileSync(at("real"), "utf8")).toBe("new");
    expect(statSync(at("real")).mode & 0o777).toBe(0o640);
    expect(readFileSync(at("not-yet"), "utf8")).toBe("made");
    await writeWhole("/dev/null", "gone");
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  it("takes names as long as the file system does, and no empty ones", async () => {
    await writeWhole(at("n".repeat(240)), "long");
    expect(readFileSync(at("n".repeat(240)), "utf8")).toBe("long");
    const refused = { code: "FILE_NOT_WRITABLE" };
    await expect(writeWhole(at("n".repeat(300)), "x")).rejects.toMatchObject(refused);
    for (const check of [requireWritableFile, requireWritableFolder])
      await expect(check("")).rejects.toMatchObject(refused);
  });

  it("removes what killed processes left, and nothing of those that run", async () => {
    const [machine] = ownerMark.split("-");
    // No process has the number 2^22 + 1 under Linux.
    const dead = `.a.${machine}-4194305-0.tmp`;
    const others = [`.a.${machine}-${process.ppid}-0.tmp`, ".a.00000000-4194305-0.tmp", ".a.tmp"];
    mkdirSync(at("left"));
    for (const name of [dead, ...others]) writeFileSync(at("left", name), "half");
    await writeWhole(at("left", "a"), "whole");
    expect(readdirSync(at("left")).sort()).toEqual([...others, "a"].sort());
  });

  it("writes several files and tells where", async () => {
    const written = await writeAll(at("many"), [
      { path: "a.txt", content: "a" },
      { path: "sub/b.bin", content: new Uint8Array([1, 2]) },
    ]);
    expect(written).toEqual({ paths: [at("many", "a.txt"), at("many", "sub", "b.bin")] });
    expect([...readFileSync(at("many", "sub", "b.bin"))]).toEqual([1, 2]);
  });

  it("writes what can be written of several files, and tells what cannot", async () => {
    mkdirSync(at("some", "b"), { recursive: true });
    mkdirSync(at("some", "d"));
    const files = ["a", "b", "c", "d"].map((path) => ({ path, content: path }));
    const { paths, failure } = await writeAll(at("some"), files);
    expect(paths).toEqual([at("some", "a"), at("some", "c")]);
    expect(failure).toMatchObject({
      code: "FILE_NOT_WRITABLE",
      facts: { what: `${at("some", "b")}, ${at("some", "d")}` },
    });
  });

  it("finds out beforehand, without a trace", async () => {
    await requireWritableFile(at("new", "deep", "file"));
    await requireWritableFolder(at("new", "deep"));
    expect(existsSync(at("new"))).toBe(false);
    const refused = { code: "FILE_NOT_WRITABLE" };
    await expect(requireWritableFile(folder)).rejects.toMatchObject(refused);
    await expect(requireWritableFile(at("plain", "file"))).rejects.toMatchObject(refused);
    await expect(requireWritableFolder(at("plain"))).rejects.toMatchObject(refused);
  });

  it.skipIf(process.getuid?.() === 0)(
    "sees missing permissions (not as root, who has them all)",
    async () => {
      mkdirSync(at("locked"));
      chmodSync(at("locked"), 0o500);
      await expect(requireWritableFile(at("locked", "file"))).rejects.toMatchObject({
        code: "FILE_NOT_WRITABLE",
      });
    },
  );
});

describe("tensors by FILE[:key]", () => {
  const value = (n: number): Tensor => fromNumbers([n, n], [1, 2]);
  const store = (name: string, tensors: Record<string, Tensor>): string => {
    writeFileSync(at(name), encodeSafetensors(tensors));
    return at(name);
  };
  const read = async (reference: string, preferred: readonly string[] = ["z", "z0"]): Promise<number> =>
    Number((await readTensor(reference, preferred)).value.data[0]);

  it("takes the named, the only, or the usual tensor", async () => {
    const several = store("several.safetensors", { a: value(1), z0: value(2), b: value(3) });
    expect(await read(`${several}:b`)).toBe(3);
    expect(await read(several)).toBe(2);
    expect(await read(store("one.safetensors", { other: value(4) }))).toBe(4);
  });

  it("allows colons in names of files and keys", async () => {
    const file = store("12:30 run.safetensors", { "a:b": value(5), z: value(6) });
    expect(await read(file)).toBe(6);
    expect(await read(`${file}:a:b`)).toBe(5);
  });

  it("lists the keys when none fits", async () => {
    const file = store("two.safetensors", { p: value(1), q: value(2) });
    for (const reference of [file, `${file}:r`]) {
      await expect(readTensor(reference, ["z"])).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        facts: { expected: "a key out of p [1, 2], q [1, 2]", help: `write ${file}:p` },
      });
    }
  });

  it("names the file that is not there", async () => {
    await expect(readTensor(at("gone.safetensors:z"), [])).rejects.toMatchObject({
      code: "FILE_NOT_READABLE",
      facts: { what: at("gone.safetensors") },
    });
    await expect(readTensor(at("plain"), [])).rejects.toMatchObject({ code: "MALFORMED_FILE" });
  });
});
