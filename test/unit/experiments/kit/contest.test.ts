import { describe, expect, test } from "vitest";
import { type Contestant, contest, type Outcome } from "../../../../src/experiments/kit/contest.js";
import { fail, isBroken } from "../../../../src/tensor/index.js";

const costs = { nfe: 2, gCalls: 1, macs: 10 };

/** Multiplies its case; what it did is noted by name and case. */
function multiplying(
  method: string,
  factor: number,
  log: string[] = [],
  run: (of: number) => Outcome<number> = (of) => ({ result: factor * of, costs, milliseconds: of }),
): Contestant<number, number> {
  return {
    method,
    prepare: async () => {
      log.push(`${method} made`);
      return {
        run: async (of) => {
          log.push(`${method} ${of}`);
          return run(of);
        },
        dispose: async () => void log.push(`${method} gone`),
      };
    },
  };
}

const measures = { error: (result: number, of: number) => Math.abs(result - of) };

describe("a contest", () => {
  test("has one number a case, mean costs and the times of warm runs", async () => {
    const contestants = [multiplying("double", 2), multiplying("exact", 1)];
    const [double, exact] = await contest({ contestants, cases: [1, 2, 3], measures, repetitions: 2 });
    expect(double).toMatchObject({
      contestant: { method: "double" },
      // The first run is not timed.
      scores: { ...costs, values: { error: [1, 2, 3] }, milliseconds: 3, fastest: 2, slowest: 3, runs: 2 },
    });
    expect(exact?.scores).toMatchObject({ values: { error: [0, 0, 0] } });
  });

  test("takes turns, and times the first case again where cases are few", async () => {
    const log: string[] = [];
    const contestants = [multiplying("a", 1, log), multiplying("b", 1, log)];
    const [a] = await contest({ contestants, cases: [1, 2], measures, repetitions: 2 });
    expect(log).toEqual([
      ...["a made", "b made", "a 1", "b 1", "a 2", "b 2", "a 1", "b 1", "a gone", "b gone"],
    ]);
    expect(a?.scores).toMatchObject({ runs: 2 });
    log.length = 0;
    await contest({ contestants, cases: [1], measures, repetitions: 1, turns: false });
    expect(log).toEqual([...["a made", "a 1", "a 1", "a gone"], ...["b made", "b 1", "b 1", "b gone"]]);
  });

  test("lets a method that breaks go, with its reason, and the others go on", async () => {
    const log: string[] = [];
    const limited = multiplying("limited", 1, log, (of) => {
      if (of === 2) throw fail("STEP_LIMIT", { what: "solve" });
      return { result: of, costs };
    });
    const wild = multiplying("wild", Number.POSITIVE_INFINITY);
    const contestants = [limited, wild, multiplying("exact", 1)];
    const entries = await contest({ contestants, cases: [1, 2, 3], measures });
    expect(entries.map(({ scores }) => isBroken(scores))).toEqual([true, true, false]);
    expect(entries[0]?.scores).toMatchObject({ broken: "STEP_LIMIT" });
    expect(entries[1]?.scores).toMatchObject({
      broken: "NON_FINITE",
      reason: expect.stringContaining("error"),
    });
    expect(log).toEqual(["limited made", "limited 1", "limited 2", "limited gone"]);
  });

  test("takes several numbers of a case", async () => {
    const [entry] = await contest({
      contestants: [multiplying("exact", 1)],
      cases: [1, 2],
      measures: { samples: (result: number) => Float64Array.of(result, 10 * result) },
    });
    expect(entry?.scores).toMatchObject({ values: { samples: [1, 10, 2, 20] } });
  });

  test("disposes of everything when a signal or a fault ends it", async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const events: (readonly [number, number])[] = [];
    const job = contest(
      { contestants: [multiplying("a", 1, log), multiplying("b", 1, log)], cases: [1, 2], measures },
      {
        signal: controller.signal,
        onProgress: ({ done, total }) => {
          events.push([done, total]);
          if (done === 3) controller.abort();
        },
      },
    );
    await expect(job).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(events).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
    ]);
    expect(log.slice(-2)).toEqual(["a gone", "b gone"]);
    const faulty = multiplying("faulty", 1, log, () => {
      throw new TypeError("a bug");
    });
    await expect(contest({ contestants: [faulty], cases: [1], measures })).rejects.toThrow("a bug");
    expect(log.at(-1)).toBe("faulty gone");
    await expect(contest({ contestants: [], cases: [1], measures })).resolves.toEqual([]);
    await expect(contest({ contestants: [faulty], cases: [], measures })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});
