import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Session } from "../../../src/runtime/backend.js";
import { contentKey, IDLE_BYTES } from "../../../src/runtime/session-cache.js";

/** An empty cache for every test. */
let cache: typeof import("../../../src/runtime/session-cache.js");
beforeEach(async () => {
  vi.resetModules();
  cache = await import("../../../src/runtime/session-cache.js");
});

/** A session that only notes when it is unloaded. */
function fake() {
  const release = vi.fn(async () => {});
  const session: Session = { run: async () => ({}), release };
  return { release, load: vi.fn(async () => session) };
}

/** Acquires and releases, leaving the session idle with so many bytes. */
async function use(key: string, { load }: Pick<ReturnType<typeof fake>, "load">, bytes = 1): Promise<void> {
  await cache.acquireSession(key, load);
  await cache.releaseSession(key, bytes);
}

const unloads = (fakes: readonly ReturnType<typeof fake>[]): number[] =>
  fakes.map(({ release }) => release.mock.calls.length);

describe("the session cache", () => {
  test("loads equal content once, for all its users", async () => {
    const shared = fake();
    const { load, release } = shared;
    const [one, two] = await Promise.all([
      cache.acquireSession("shared", load),
      cache.acquireSession("shared", load),
    ]);
    expect(one).toBe(two);
    expect(load).toHaveBeenCalledTimes(1);
    await cache.releaseSession("shared", 1);
    await cache.releaseSession("shared", 1);
    expect(release).not.toHaveBeenCalled();
    await use("shared", shared);
    expect(load).toHaveBeenCalledTimes(1);
  });

  test("keeps idle sessions while they fit, and unloads the longest idle of one size first", async () => {
    const fakes = Array.from({ length: 6 }, fake);
    for (const [i, each] of fakes.entries()) await use(`quarter ${i}`, each, IDLE_BYTES / 4);
    expect(unloads(fakes)).toEqual([1, 1, 0, 0, 0, 0]);
    // Used again, it is no longer the longest idle.
    await use("quarter 2", fakes[2] ?? fake(), IDLE_BYTES / 4);
    await use("new quarter", fake(), IDLE_BYTES / 4);
    expect(unloads(fakes)).toEqual([1, 1, 0, 1, 0, 0]);
  });

  test("keeps small ones beside a large one that does not fit", async () => {
    const small = Array.from({ length: 100 }, fake);
    for (const [i, each] of small.entries()) await use(`small ${i}`, each, IDLE_BYTES / 128);
    const large = Array.from({ length: 3 }, fake);
    for (const [i, each] of large.entries()) await use(`large ${i}`, each, IDLE_BYTES / 2);
    await use("huge", large[0] ?? fake(), 2 * IDLE_BYTES);
    expect(unloads(small)).toEqual(new Array(100).fill(0));
    expect(unloads(large)).toEqual([2, 1, 1]);
  });

  test("unloads small ones that have been idle for long", async () => {
    const stale = fake();
    await use("stale", stale, IDLE_BYTES / 8);
    for (let i = 0; i < 5; i++) await use(`large ${i}`, fake(), IDLE_BYTES / 2);
    expect(unloads([stale])).toEqual([0]);
    for (let i = 5; i < 20; i++) await use(`large ${i}`, fake(), IDLE_BYTES / 2);
    expect(unloads([stale])).toEqual([1]);
  });

  test("remembers the largest run", async () => {
    const [grown, other] = [fake(), fake()];
    await use("grown", grown, IDLE_BYTES - 1);
    await use("grown", grown, 1);
    expect(grown.load).toHaveBeenCalledTimes(1);
    await use("other", other, 2);
    expect(unloads([grown, other])).toEqual([1, 0]);
  });

  test("unloads each once where several are released at the same time", async () => {
    const small = [fake(), fake()];
    for (const [i, each] of small.entries()) await use(`small ${i}`, each, 0.3 * IDLE_BYTES);
    const large = Array.from({ length: 3 }, fake);
    for (const [i, { load }] of large.entries()) await cache.acquireSession(`large ${i}`, load);
    await cache.acquireSession("tiny", fake().load);
    // The first two cost only themselves: by the third, the small ones have been idle for long.
    for (const i of [0, 1]) await cache.releaseSession(`large ${i}`, 0.8 * IDLE_BYTES);
    expect(unloads(small)).toEqual([0, 0]);
    await Promise.all([cache.releaseSession("large 2", 0.8 * IDLE_BYTES), cache.releaseSession("tiny", 1)]);
    expect(unloads(large)).toEqual([1, 1, 0]);
    expect(unloads(small)).toEqual([1, 1]);
  });

  test("never unloads a session in use", async () => {
    const used = fake();
    await cache.acquireSession("used", used.load);
    await cache.acquireSession("used", used.load);
    await cache.releaseSession("used", 2 * IDLE_BYTES);
    await use("other", fake(), 2 * IDLE_BYTES);
    expect(used.release).not.toHaveBeenCalled();
    await cache.releaseSession("used", 1);
    expect(used.release).toHaveBeenCalledTimes(1);
  });

  test("forgets a session that failed to load", async () => {
    const mended = fake();
    await expect(cache.acquireSession("broken", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await use("broken", mended);
    expect(mended.load).toHaveBeenCalledTimes(1);
  });

  test("tells contents and options apart", () => {
    const model = Uint8Array.of(1, 2, 3);
    const keys = [
      contentKey(model, {}),
      contentKey(Uint8Array.of(1, 2, 4), {}),
      contentKey(model, { threads: 2 }),
      contentKey(model, { hot: true }),
      contentKey(model, { oneShot: true }),
      contentKey(model, { worker: true }),
      contentKey(model, { device: "webgpu" }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(contentKey(Uint8Array.of(1, 2, 3), { device: "cpu", hot: false })).toBe(keys[0]);
  });
});
