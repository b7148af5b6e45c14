import { describe, expect, it } from "vitest";
import { choose } from "../../../../src/experiments/tune/choose.js";
import { correctionCost, costModel, expectedGain } from "../../../../src/experiments/tune/cost-model.js";
import type { Finalist } from "../../../../src/experiments/tune/finals.js";
import type { Family } from "../../../../src/experiments/tune/trial.js";
import { adaptive, dopri5, fixed, heun } from "../../../../src/ode/index.js";

const finalist = (name: string, family: Family, milliseconds: number, error: number): Finalist => ({
  record: {
    ...{
      name,
      family,
      method: name,
      role: "other",
      steps: 1,
      tolerance: undefined,
      nfe: 2,
      gCalls: 0,
      macs: 1,
    },
    ...{ milliseconds, seconds: 0, error: { value: error, low: error, high: error } },
  },
  method: family === "adaptive" ? adaptive(dopri5) : fixed(heun, { steps: 1 }),
  test: { value: error, low: error, high: error },
  timing: { milliseconds, fastest: milliseconds, slowest: milliseconds, runs: 3 },
});

const goal = { error: 0.01, quantile: undefined, relative: false, milliseconds: undefined } as never;

describe("the choice", () => {
  it("is the fastest of those that are close enough", () => {
    const found = choose(
      [
        finalist("far", "classical", 1, 0.1),
        finalist("slow", "classical", 9, 0.001),
        finalist("ns", "coefficients", 3, 0.009),
      ],
      goal,
    );
    expect([found?.isMet, found?.winner.record.name]).toEqual([true, "ns"]);
    expect(found?.runnersUp.map(({ record }) => record.name)).toEqual(["slow", "far"]);
    expect([found?.plain?.record.name, found?.learned?.record.name]).toEqual(["slow", "ns"]);
  });

  it("is never a student, which is told of beside it", () => {
    const student = finalist("student", "student", 1, 0.001);
    const found = choose([student, finalist("heun", "classical", 3, 0.009)], goal);
    expect([found?.winner.record.name, found?.student]).toEqual(["heun", student]);
    expect(found?.runnersUp).toEqual([]);
    expect(
      choose([finalist("far", "student", 1, 0.1), finalist("heun", "classical", 3, 0.009)], goal),
    ).toMatchObject({
      student: undefined,
      isMet: true,
    });
    expect(choose([student], goal)).toBeUndefined();
  });

  it("is a classical method where learning gains next to nothing", () => {
    const found = choose(
      [finalist("ns", "coefficients", 3, 0.009), finalist("heun", "classical", 3.1, 0.009)],
      goal,
    );
    expect(found?.winner.record.name).toBe("heun");
  });

  it("is the one of less arithmetic where the clock does not tell two apart", () => {
    const seen = (name: string, milliseconds: number, fastest: number, macs: number): Finalist => {
      const one = finalist(name, "classical", milliseconds, 0.009);
      return { ...one, record: { ...one.record, macs }, timing: { ...one.timing, fastest } };
    };
    const winnerAmong = (...finalists: Finalist[]) => choose(finalists, goal)?.winner.record.name;
    expect(winnerAmong(seen("ab2:10", 220, 186, 11), seen("ab2:8", 234, 215, 9))).toBe("ab2:8");
    expect(winnerAmong(seen("ab2:10", 220, 186, 11), seen("ab2:8", 234, 225, 9))).toBe("ab2:10");
  });

  it("is the closest where none is close enough, and what is exported has fixed steps", () => {
    const found = choose(
      [finalist("heun", "classical", 1, 0.1), finalist("dopri5", "adaptive", 5, 0.02)],
      goal,
    );
    expect([found?.isMet, found?.winner.record.name, found?.exported?.record.name]).toEqual([
      false,
      "dopri5",
      "heun",
    ]);
  });

  it("is none of none", () => {
    expect(choose([], goal)).toBeUndefined();
  });
});

describe("the cost model", () => {
  it("finds overhead and cost of an evaluation, and of a correction beyond them", () => {
    const records = [1, 2, 4, 8].map((nfe) => ({
      ...finalist("", "classical", 0.5 + 0.25 * nfe, 1).record,
      nfe,
    }));
    const model = costModel(records);
    expect(model.overhead).toBeCloseTo(0.5, 9);
    expect(model.evaluation).toBeCloseTo(0.25, 9);
    expect(correctionCost(model, { nfe: 2, gCalls: 2, milliseconds: 1.6 })).toBeCloseTo(0.3, 9);
  });

  it("has no negative overhead, and knows nothing of nothing", () => {
    const model = costModel([{ ...finalist("", "classical", 1, 1).record, nfe: 4 }]);
    expect(model).toEqual({ overhead: 0, evaluation: 0.25, spread: 0 });
    expect(costModel([])).toEqual({ overhead: 0, evaluation: 0, spread: 0 });
  });

  it("knows how far measurements scatter", () => {
    const scattered = (share: number) =>
      costModel(
        Array.from({ length: 40 }, (_, index) => ({
          ...finalist("", "classical", (index + 1) * (1 + (index % 2 === 0 ? share : -share)), 1).record,
          nfe: index + 1,
        })),
      ).spread;
    expect(scattered(0)).toBeCloseTo(0, 9);
    expect(scattered(0.1)).toBeGreaterThan(0.09);
    expect(scattered(0.1)).toBeLessThan(0.12);
  });
});

describe("the gain expected of a predicted time", () => {
  const model = (spread: number) => ({ overhead: 0, evaluation: 1, spread });

  it("is that of the times where the clock is exact, and none of what is slower", () => {
    expect(expectedGain(model(0), 1, 2)).toBeCloseTo(Math.log(2), 12);
    expect(expectedGain(model(0), 2, 1)).toBe(0);
  });

  it("is the mean over what the time may turn out to be", () => {
    const spread = 0.15;
    const scale = (spread * Math.sqrt(3)) / Math.PI;
    for (const rival of [0.8, 1, 1.3]) {
      const count = 200_000;
      let sum = 0;
      for (let index = 0; index < count; index++) {
        const quantile = (index + 0.5) / count;
        sum += Math.max(0, Math.log(rival) + scale * Math.log(quantile / (1 - quantile)));
      }
      expect(expectedGain(model(spread), 1, rival)).toBeCloseTo(sum / count, 5);
    }
  });
});
