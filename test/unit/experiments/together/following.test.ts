import { beforeAll, describe, expect, test } from "vitest";
import { continualRows } from "../../../../src/experiments/together/continual-report.js";
import { type Following, follow } from "../../../../src/experiments/together/following.js";
import { flowOf } from "../../../../src/experiments/together/pinwheel-task.js";
import { isBroken } from "../../../../src/tensor/index.js";

describe("hypersolvers that follow a small flow", () => {
  let found: Following;
  beforeAll(async () => {
    const flow = { hidden: [8], batch: 64 };
    const spec = {
      ...{ ...flow, warmup: 2, iterations: 5, every: 1, fit: 24, updates: [8], samples: 48 },
      learningRates: [1e-2],
    };
    const task = await flowOf(flow, 0, { threads: 1 });
    found = await follow(task, spec, 1e-2, 0, { threads: 1 });
    await task.dispose();
  });

  const numbersOf = (wanted: Readonly<Record<string, string | number>>): Record<string, number> => {
    const row = continualRows({ follow: [found] }).find(({ key }) =>
      Object.entries(wanted).every(([name, value]) => key[name] === value),
    );
    if (row === undefined || isBroken(row.outcome)) throw new Error(`no ${JSON.stringify(wanted)}`);
    return { ...row.outcome };
  };

  test("are better than one that stands still, and than none", () => {
    const error = (hypersolver: string): number => numbersOf({ hypersolver })["at the end"] ?? Number.NaN;
    expect(error("8 updates")).toBeLessThan(error("frozen"));
    expect(error("8 updates")).toBeLessThan(error("no g"));
    expect(numbersOf({ hypersolver: "refitted" })["over refitted"]).toBeCloseTo(1, 10);
  });

  test("see the field move by no more than proposition 1 allows", () => {
    expect(found.points.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5]);
    const { "ratio, largest": largest = Number.NaN, "‖Δf‖": change = 0 } = numbersOf({ "Adam at": 1e-2 });
    expect(change).toBeGreaterThan(0);
    // Power iteration ends within a hundredth, from below.
    expect(largest).toBeLessThan(1.01);
  });
});
