import { describe, expect, test } from "vitest";
import { jsonCodec } from "../../../../src/experiments/kit/codec.js";
import { checkpointFile, resultOf, type Stage } from "../../../../src/experiments/kit/stage.js";
import type { Store } from "../../../../src/experiments/kit/store.js";
import { checkpointsInMemory } from "../../../helpers/checkpoints.js";

/** Counts how often it was made. */
function counting(more: Partial<Stage<number>> = {}): Stage<number> & { readonly made: () => number } {
  let made = 0;
  const codec = jsonCodec<number>();
  return {
    name: "fit HyperHeun, features",
    settings: { seed: 1 },
    codec,
    make: async () => ++made,
    ...more,
    made: () => made,
  };
}

const failing: Store = {
  read: () => Promise.reject(new Error("the disk is gone")),
  write: () => Promise.reject(new Error("the disk is full")),
  remove: async () => {},
};

describe("a stage", () => {
  test("is made once for the same settings and inputs, and taken from the store after that", async () => {
    const store = checkpointsInMemory();
    const stage = counting({ inputs: ["f1"] });
    expect(await resultOf(stage, { store, resume: true })).toBe(1);
    expect(await resultOf(stage, { store, resume: true })).toBe(1);
    expect([...store.files.keys()]).toEqual([
      "stages/fit-hyperheun-features.json",
      "stages/fit-hyperheun-features.story.json",
    ]);
    expect(await resultOf(stage, { store, resume: false })).toBe(2);
    expect(stage.made()).toBe(2);
  });

  test("is made again for other settings, other inputs and after a loss of parts", async () => {
    const store = checkpointsInMemory();
    await resultOf(counting({ inputs: ["f1"] }), { store, resume: true });
    for (const other of [{ settings: { seed: 2 } }, { inputs: ["f2"] }]) {
      const stage = counting({ inputs: ["f1"], ...other });
      await resultOf(stage, {
        store: { ...store, write: async () => {}, remove: async () => {} },
        resume: true,
      });
      expect(stage.made()).toBe(1);
    }
    store.files.delete("stages/fit-hyperheun-features.json");
    const stage = counting({ inputs: ["f1"] });
    await resultOf(stage, { store, resume: true });
    expect(stage.made()).toBe(1);
  });

  test("keeps numbers that JSON lacks", async () => {
    const { encode, decode } = jsonCodec<(number | string)[]>();
    expect(decode(encode([1, Number.NaN, Number.NEGATIVE_INFINITY, "NaN"]))).toEqual([
      ...[1, Number.NaN, Number.NEGATIVE_INFINITY, "NaN"],
    ]);
  });

  test("that a signal left unfinished is used and not kept", async () => {
    const store = checkpointsInMemory();
    const stage = counting({ isWhole: (result) => result > 1 });
    expect(await resultOf(stage, { store, resume: true })).toBe(1);
    expect([...store.files.keys()]).toEqual([]);
    expect(await resultOf(stage, { store, resume: true })).toBe(2);
    expect(await resultOf(stage, { store, resume: true })).toBe(2);
  });

  test("does not begin after a signal, but what is kept is taken", async () => {
    const store = checkpointsInMemory();
    const stage = counting();
    const signal = AbortSignal.abort();
    await expect(resultOf(stage, { store, resume: true, signal })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    expect(stage.made()).toBe(0);
    await resultOf(stage, { store, resume: true });
    expect(await resultOf(stage, { store, resume: true, signal })).toBe(1);
  });

  test("goes on from its checkpoint, which goes when the result is there", async () => {
    const store = checkpointsInMemory();
    const broken = counting({
      make: async (_, checkpoint) => {
        await checkpoint.write(new Uint8Array([7]));
        throw new Error("power cut");
      },
    });
    await expect(resultOf(broken, { store, resume: true })).rejects.toThrow("power cut");
    const file = checkpointFile(broken.name);
    expect([...store.files.keys()]).toEqual([file]);
    const reading = (seen: (number | undefined)[]) =>
      counting({
        make: async (_, checkpoint) => {
          seen.push((await checkpoint.read())?.[0]);
          return 1;
        },
        isWhole: () => seen.length > 1,
      });
    const seen: (number | undefined)[] = [];
    await resultOf(reading(seen), { store, resume: false });
    await resultOf(reading(seen), { store, resume: true });
    expect(seen).toEqual([undefined, 7]);
    expect(store.files.has(file)).toBe(false);
    expect(checkpointFile("train")).toBe("checkpoint.safetensors");
  });

  test("goes on without a store that fails, and warns", async () => {
    const warnings: string[] = [];
    const onWarning = (sentence: string) => warnings.push(sentence);
    const stage = counting({
      make: async (_, checkpoint) => {
        for (let i = 0; i < 3; i++) await checkpoint.write(new Uint8Array(1));
        return 5;
      },
    });
    expect(await resultOf(stage, { store: failing, resume: true, onWarning })).toBe(5);
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toMatch(/fit HyperHeun, features .* the run goes on: the disk is gone/);
    expect(warnings.at(-1)).toContain("the disk is full");
  });

  test("is made again where its kept result cannot be read", async () => {
    const store = checkpointsInMemory();
    await resultOf(counting(), { store, resume: true });
    store.files.set("stages/fit-hyperheun-features.json", new TextEncoder().encode("{"));
    const warnings: string[] = [];
    const stage = counting();
    await resultOf(stage, { store, resume: true, onWarning: (sentence) => warnings.push(sentence) });
    expect([stage.made(), warnings.length]).toEqual([1, 1]);
  });
});
