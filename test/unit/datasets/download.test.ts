import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataJobOf } from "../../../src/cli/commands/data/job.js";
import type { DataOptions } from "../../../src/cli/commands/data/table.js";
import { createOutput } from "../../../src/cli/terminal/output.js";
import { type Progress, silentProgress } from "../../../src/cli/terminal/progress.js";
import { type DownloadProgress, downloadDataset, loadDataset } from "../../../src/datasets/index.js";
import { type DatasetDefinition, datasetDefinitions } from "../../../src/datasets/internal.js";
import { cifarFolder, smallMnist } from "../../helpers/images.js";

const root = mkdtempSync(join(tmpdir(), "hypersolvers-download-"));
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const files = new Map<string, Buffer>(
  Object.entries(smallMnist()).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]),
);
/** What was asked for, in order. */
const requests: string[] = [];

type Answer = (file: Buffer, request: IncomingMessage, response: ServerResponse) => void;

/** The mirrors of the test server, by folder. */
const answers: Readonly<Record<string, Answer>> = {
  good: (file, _, response) => {
    // As some servers do, which must not make anybody unpack it.
    response.setHeader("content-encoding", "gzip");
    response.end(file);
  },
  wrong: (file, _, response) => {
    const changed = Buffer.from(file);
    changed[changed.length - 9] = (changed[changed.length - 9] ?? 0) ^ 1;
    response.end(changed);
  },
  cut: (file, _, response) => {
    response.setHeader("content-length", file.length);
    response.write(file.subarray(0, file.length - 5), () => response.destroy());
  },
  // Without a length the end of the connection looks like the end of the file.
  short: (file, _, response) => {
    response.shouldKeepAlive = false;
    response.useChunkedEncodingByDefault = false;
    response.end(file.subarray(0, file.length - 5));
  },
  endless: (file, _, response) => response.end(Buffer.concat([file, Buffer.alloc(1000)])),
  missing: (_file, _, response) => response.writeHead(404).end("not here"),
  moved: (_file, request, response) =>
    response.writeHead(302, { location: (request.url ?? "").replace("/moved/", "/good/") }).end(),
  circle: (_file, request, response) => response.writeHead(301, { location: request.url ?? "" }).end(),
  silent: (file, _, response) => {
    response.setHeader("content-length", file.length);
    response.write(file.subarray(0, 10));
  },
};

let server: Server;
let address = "";
/** An address where nobody listens. */
let closed = "";

beforeAll(async () => {
  server = createServer((request, response) => {
    const [, mirror = "", name = ""] = (request.url ?? "").split("/");
    requests.push(`${mirror}/${name}`);
    answers[mirror]?.(files.get(name) ?? Buffer.alloc(0), request, response);
  });
  const listening = (candidate: Server): Promise<string> =>
    new Promise((resolve) => {
      candidate.listen(0, "127.0.0.1", () =>
        resolve(`http://127.0.0.1:${(candidate.address() as AddressInfo).port}/`),
      );
    });
  address = await listening(server);
  const other = createServer();
  closed = await listening(other);
  await new Promise((resolve) => other.close(resolve));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(root, { recursive: true });
});

/** A small MNIST with checksums of its own, at mirrors of the test server. */
const definition = (...mirrors: string[]): DatasetDefinition => ({
  ...datasetDefinitions.mnist,
  count: { training: 6, test: 3 },
  digests: Object.fromEntries(Object.entries(smallMnist()).map(([name, bytes]) => [name, sha256(bytes)])),
  official: [...files].map(([name, bytes]) => ({ name, size: bytes.length, sha256: sha256(bytes) })),
  mirrors: mirrors.map((mirror) => (mirror === "closed" ? closed : `${address}${mirror}/`)),
});

let caches = 0;
const newCache = (): string => join(root, `cache${caches++}`);
const left = (cache: string): string[] =>
  existsSync(join(cache, "data")) ? readdirSync(join(cache, "data")) : [];

describe("a download", () => {
  it("is checked, kept, and loaded; bytes are taken as they come", async () => {
    const cache = newCache();
    const progress: DownloadProgress[] = [];
    const cached = await downloadDataset(definition("good"), cache, {
      onProgress: (state) => progress.push(state),
    });
    expect(cached).toMatchObject({ official: true, training: 6, test: 3, source: `${address}good/` });
    expect((await loadDataset("mnist", cache)).official).toBe(true);
    expect(left(cache)).toEqual(["mnist"]);
    for (const [file, { length }] of files)
      expect(progress.filter((state) => state.file === file).at(-1)).toEqual({
        file,
        done: length,
        total: length,
      });
  });

  it("follows redirections, and goes on to the next mirror for each file", async () => {
    for (const mirrors of [
      ["moved"],
      ["missing", "good"],
      ["closed", "good"],
      ["wrong", "good"],
      ["cut", "good"],
      ["short", "good"],
      ["endless", "good"],
      ["circle", "good"],
    ]) {
      const cached = await downloadDataset(definition(...mirrors), newCache());
      expect(cached.official, mirrors.join()).toBe(true);
    }
    requests.length = 0;
    await downloadDataset(definition("missing", "good"), newCache());
    const names = [...files.keys()];
    expect(requests).toEqual(names.flatMap((name) => [`missing/${name}`, `good/${name}`]));
  });

  it.each([
    ["wrong", "MALFORMED_FILE", "SHA-256"],
    ["short", "MALFORMED_FILE", "SHA-256"],
    ["cut", "FILE_NOT_READABLE", "broke off"],
    ["endless", "FILE_NOT_READABLE", "more than the expected"],
    ["missing", "FILE_NOT_READABLE", "status 404"],
    ["circle", "FILE_NOT_READABLE", "too many redirections"],
    ["closed", "FILE_NOT_READABLE", "the connection was refused"],
    ["silent", "FILE_NOT_READABLE", "no byte for 0.2 seconds"],
  ])("that is %s is refused, says what was tried, and keeps nothing", async (mirror, code, says) => {
    const cache = newCache();
    const error = await downloadDataset(definition(mirror, "missing"), cache, { patienceMs: 200 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code,
      facts: {
        what: "train-images-idx3-ubyte.gz",
        received: expect.stringContaining(says),
        help: expect.stringContaining("hypersolvers data mnist --from PATH"),
      },
    });
    expect(String(error)).toContain(`${address}missing/train-images-idx3-ubyte.gz: status 404`);
    expect(left(cache)).toEqual([]);
  });

  it("leaves what was kept before when it fails", async () => {
    const cache = newCache();
    await downloadDataset(definition("good"), cache);
    await expect(downloadDataset(definition("wrong"), cache)).rejects.toMatchObject({
      code: "MALFORMED_FILE",
    });
    expect((await loadDataset("mnist", cache)).training.shape[0]).toBe(6);
    expect(left(cache)).toEqual(["mnist"]);
  });

  it("stops when it is told to, and keeps nothing", async () => {
    const cache = newCache();
    const controller = new AbortController();
    const stopped = downloadDataset(definition("silent"), cache, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(left(cache)).toEqual([]);
  });

  it("needs a cache that can be written", async () => {
    await expect(downloadDataset(definition("good"), "/dev/null/cache")).rejects.toMatchObject({
      code: "FILE_NOT_WRITABLE",
    });
  });
});

describe("hypersolvers data", () => {
  const output = createOutput(process);
  type Wish = Pick<DataOptions, "from" | "download">;
  const told = (mirror: string, cache: string, progress: Progress = silentProgress, wish: Wish = {}) =>
    dataJobOf({ ...datasetDefinitions, mnist: definition(mirror) }).run(
      { name: "mnist", cache, ...wish },
      { output, progress, commandLine: "", machine: {} },
    );

  it("downloads with progress in kB, and once only", async () => {
    const cache = newCache();
    const stages = new Set<string>();
    const progress = {
      update: ({ name, done, total }: { name: string; done: number; total: number }) =>
        void (done <= total && stages.add(name)),
      stop: () => {},
    };
    const { text, json } = await told("good", cache, progress);
    expect(text).toContain("MNIST, 6 training and 3 test images");
    expect(json).toMatchObject({
      action: "downloaded",
      official: true,
      path: join(cache, "data", "mnist"),
      warnings: [],
    });
    expect([...stages]).toEqual([...files.keys()].map((name) => `downloading ${name} (kB)`));
    requests.length = 0;
    expect((await told("missing", cache)).json).toMatchObject({ action: "kept" });
    expect(requests).toEqual([]);
  });

  it("downloads again what was damaged", async () => {
    const cache = newCache();
    await told("good", cache);
    rmSync(join(cache, "data", "mnist", "t10k-labels-idx1-ubyte"));
    expect((await told("good", cache)).json).toMatchObject({ action: "downloaded" });
  });

  it("keeps what was imported, and fetches in its place when it is told to", async () => {
    const [cache, from] = [newCache(), join(root, "own")];
    mkdirSync(from);
    for (const [name, bytes] of Object.entries(smallMnist(4))) writeFileSync(join(from, name), bytes);
    const doubt =
      "the checksums are not those published for MNIST; there are 4 and 3 images, MNIST has 6 and 3";
    const way = "`hypersolvers data mnist --download` fetches the official files";
    const imported = await told("missing", cache, silentProgress, { from: [from] });
    expect(imported.json).toMatchObject({ action: "imported", official: false, warnings: [doubt] });
    requests.length = 0;
    const kept = await told("missing", cache);
    expect(kept.json).toMatchObject({ action: "kept", training: 4, warnings: [`${doubt}; ${way}`] });
    expect(requests).toEqual([]);
    const failing = told("missing", cache, silentProgress, { download: true });
    await expect(failing).rejects.toMatchObject({ code: "FILE_NOT_READABLE" });
    expect((await told("missing", cache)).json).toMatchObject({ action: "kept", training: 4 });
    const fetched = await told("good", cache, silentProgress, { download: true });
    expect(fetched.json).toMatchObject({ action: "downloaded", official: true, training: 6, warnings: [] });
    const both = told("good", cache, silentProgress, { download: true, from: [from] });
    await expect(both).rejects.toMatchObject({ facts: { option: "--from, --download" } });
  });

  it("does not call files wrong that nobody can check", async () => {
    const cifar10 = { ...datasetDefinitions.cifar10, count: { training: 60, test: 20 } };
    const { text, json } = await dataJobOf({ ...datasetDefinitions, cifar10 }).run(
      { name: "cifar10", cache: newCache(), from: [cifarFolder] },
      { output, progress: silentProgress, commandLine: "", machine: {} },
    );
    expect(text).toContain("CIFAR-10, 60 training and 20 test images, files that could not be checked");
    expect(json).toMatchObject({
      official: false,
      warnings: [
        "the files could not be checked: the published checksum of CIFAR-10 is that of cifar-10-binary.tar.gz",
      ],
    });
  });
});
