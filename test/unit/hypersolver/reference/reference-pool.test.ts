import { describe, expect, test } from "vitest";
import { fitTable } from "../../../../src/hypersolver/internal.js";
import { referenceAt } from "../../../../src/hypersolver/reference/reference.js";
import { referenceBatches } from "../../../../src/hypersolver/reference/reference-batches.js";
import { ReferencePool } from "../../../../src/hypersolver/reference/reference-pool.js";
import { Random } from "../../../../src/tensor/index.js";
import { settingsFor } from "../../../helpers/fitting.js";
import { convolutionalField, smallImageFit } from "../../../helpers/image-fields.js";

/** What a pool gives in so many turns, items being their own numbers. */
async function turns(
  count: number,
  capacity: number,
  asked: number,
): Promise<{ seen: number[]; made: number }> {
  const pool = new ReferencePool<number>({
    ...{ make: async (i: number) => i, bytesOf: () => 10, limit: 10 * capacity, count },
    random: new Random(1),
  });
  const seen: number[] = [];
  for (let i = 0; i < asked; i++) {
    seen.push(await pool.next());
    expect(pool.bytes).toBeLessThanOrEqual(Math.max(10, 10 * capacity));
  }
  return { seen, made: pool.made };
}

describe("a pool of references", () => {
  test("that has room for all makes each once, then all of them again in other orders", async () => {
    const { seen, made } = await turns(4, 9, 12);
    expect(made).toBe(4);
    expect(seen.slice(0, 4)).toEqual([0, 1, 2, 3]);
    for (const start of [4, 8]) expect([...seen.slice(start, start + 4)].sort()).toEqual([0, 1, 2, 3]);
  });

  test("that is full takes a new one and a kept one by turns", async () => {
    const { seen, made } = await turns(100, 3, 11);
    expect(seen.slice(0, 3)).toEqual([0, 1, 2]);
    expect(made).toBe(3 + 4);
    expect(new Set(seen).size).toBe(7);
  });

  test("without room keeps one and makes every one anew", async () => {
    const { seen, made } = await turns(5, 0, 7);
    expect(seen).toEqual([0, 1, 2, 3, 4, 0, 1]);
    expect(made).toBe(7);
  });
});

describe("a pool that passes items over", () => {
  test.each([
    [4, 9],
    [100, 3],
    [7, 3],
    [5, 0],
    [5, 1],
  ])("of %d with room for %d gives afterwards what it would have given", async (count, capacity) => {
    const { seen } = await turns(count, capacity, 30);
    for (const passed of [0, 1, 2, 5, 13, 29]) {
      const made: number[] = [];
      const pool = new ReferencePool<number>({
        make: async (i) => {
          made.push(i);
          return i;
        },
        ...{ bytesOf: () => 10, limit: 10 * capacity, count, random: new Random(1) },
      });
      for (let i = 0; i < passed; i++) await pool.skip();
      const rest: number[] = [];
      for (let i = passed; i < 30; i++) rest.push(await pool.next());
      expect(rest).toEqual(seen.slice(passed));
      // The first tells how large items are.
      const needed = new Set([...(passed > 0 ? [0] : []), ...rest]);
      expect(new Set(made)).toEqual(needed);
    }
  });
});

const MEBIBYTE = 2 ** 20;

describe("reference batches of images", () => {
  const field = convolutionalField();
  const reference = referenceAt(1e-5);

  test("keep within the memory that they are given", async () => {
    const one = 8 * 40 * 4 * 5;
    for (const [bytes, kept] of [
      [0, 1],
      [2.5 * one, 2],
      [fitTable.referenceMemory.default * MEBIBYTE, 4],
    ] as const) {
      const fit = settingsFor(field, {
        ...smallImageFit,
        referenceMemory: bytes / MEBIBYTE,
        trajectories: 32,
      });
      const batches = await referenceBatches(field, fit, reference);
      for (let i = 0; i < 6; i++) {
        const batch = await batches.at(i);
        expect(batch.times).toEqual([0, 0.25, 0.5, 0.75, 1]);
        expect(batch.states.map(({ dtype }) => dtype)).toEqual(new Array(5).fill("float32"));
        expect(batches.use().bytes).toBeLessThanOrEqual(Math.max(one, bytes));
      }
      expect(batches.use().bytes).toBe(kept * one);
      await batches.dispose();
    }
  });

  test("have steps of other sizes and directions where asked for", async () => {
    const asked = { epsilon: [0.1, 0.5], directions: "both", inputs: ["z", "epsilon"] } as const;
    const fit = settingsFor(field, { ...smallImageFit, ...asked });
    const batches = await referenceBatches(field, fit, reference);
    const { pairs, times, states } = await batches.at(0);
    expect(pairs.length).toBe(2 * (4 + 4));
    expect(states.length).toBe(times.length);
    expect(pairs.every(({ s, end }) => times.includes(s) && times.includes(end))).toBe(true);
    await batches.dispose();
  });
});
