import { describe, expect, test, vi } from "vitest";
import type { Session } from "../../../src/runtime/backend.js";
import { acquireSession, contentKey, releaseSession } from "../../../src/runtime/session-cache.js";

/** A session that only notes when it is unloaded. */
function fake() {
  const release = vi.fn(async () => {});
  const session: Session = { run: async () => ({}), release };
  return { release, load: vi.fn(async () => session) };
}

/** Acquires and releases, leaving the session idle. */
async function use(key: string, load: () => Promise<Session>, isSmall?: boolean): Promise<void> {
  await acquireSession(key, load);
  await releaseSession(key, isSmall);
}

describe("the session cache", () => {
  test("loads equal content once, for all its users", async () => {
    const { load, release } = fake();
    const [one, two] = await Promise.all([acquireSession("shared", load), acquireSession("shared", load)]);
    expect(one).toBe(two);
    expect(load).toHaveBeenCalledTimes(1);
    await releaseSession("shared");
    await releaseSession("shared");
    expect(release).not.toHaveBeenCalled();
    await use("shared", load);
    expect(load).toHaveBeenCalledTimes(1);
  });

  test("keeps eight idle sessions, and unloads the longest idle first", async () => {
    const fakes = Array.from({ length: 10 }, fake);
    for (const [i, { load }] of fakes.entries()) await use(`idle ${i}`, load);
    expect(fakes.map(({ release }) => release.mock.calls.length)).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("keeps more of those that hold little memory, until one of their runs was large", async () => {
    const fakes = Array.from({ length: 65 }, fake);
    for (const [i, { load }] of fakes.entries()) await use(`small ${i}`, load, true);
    expect(fakes.map(({ release }) => release.mock.calls.length)).toEqual([1, ...new Array(64).fill(0)]);
    const grown = fakes[30] ?? fake();
    await use("small 30", grown.load, false);
    await use("small 30", grown.load, true);
    expect(grown.load).toHaveBeenCalledTimes(1);
    for (let i = 0; i < 8; i++) await use(`large ${i}`, fake().load);
    expect(grown.release).toHaveBeenCalledTimes(1);
    expect(fakes[31]?.release).not.toHaveBeenCalled();
  });

  test("never unloads a session in use", async () => {
    const used = fake();
    await acquireSession("used", used.load);
    for (let i = 0; i < 12; i++) await use(`other ${i}`, fake().load);
    expect(used.release).not.toHaveBeenCalled();
    await releaseSession("used");
  });

  test("forgets a session that failed to load", async () => {
    const { load } = fake();
    await expect(acquireSession("broken", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await use("broken", load);
    expect(load).toHaveBeenCalledTimes(1);
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
