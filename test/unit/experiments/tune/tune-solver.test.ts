import { describe, expect, it, vi } from "vitest";
import type { Store } from "../../../../src/experiments/index.js";
import { type TuneInputs, tuneSolver } from "../../../../src/experiments/index.js";
import { maximum, mul, sqrt, square, sub } from "../../../../src/graph/index.js";
import { normalStates } from "../../../../src/hypersolver/index.js";
import { defineField } from "../../../../src/ode/index.js";
import { fail, fromNumbers, isHypersolversError } from "../../../../src/tensor/index.js";

/** While a search compares, a solve takes a millisecond an evaluation: a busy machine does not change what is tried. */
vi.mock("../../../../src/experiments/tune/measure-trial.js", async (actual) => {
  const { measureQuickly } =
    await actual<typeof import("../../../../src/experiments/tune/measure-trial.js")>();
  return {
    measureQuickly: async (...given: Parameters<typeof measureQuickly>) => {
      const measured = await measureQuickly(...given);
      return { ...measured, milliseconds: measured.nfe + measured.gCalls };
    },
  };
});

/** z' = −z over [0, 1]: a step of an explicit method of order p and as many stages multiplies by Σ (−h)^k / k!, k ≤ p. */
const decay = defineField(["batch", 2], (_s, z) => mul(z, -1));
const stepsError = (order: number, steps: number): number => {
  let [factor, term] = [1, 1];
  for (let k = 1; k <= order; k++) {
    term *= -1 / steps / k;
    factor += term;
  }
  return Math.abs(factor ** steps - Math.exp(-1)) / Math.exp(-1);
};

const states = normalStates([2]);
const small = { samples: 64, relative: true, seconds: 2 } as const;
/** A clock that a busy machine cannot hurry: it goes by 4 ms whenever it is looked at. */
const ticking = (): (() => number) => {
  let now = 0;
  return () => {
    now += 4;
    return now;
  };
};
const search = (spec: Partial<Parameters<typeof tuneSolver>[1]>, inputs: Partial<TuneInputs> = {}) =>
  tuneSolver(
    decay,
    { error: 1e-3, ...small, ...spec },
    { states, ...inputs },
    { threads: 1, clock: ticking() },
  );

function memory(): Store {
  const files = new Map<string, Uint8Array>();
  return {
    read: async (name) => files.get(name),
    write: async (name, content) => void files.set(name, content),
    remove: async (name) => void files.delete(name),
  };
}

describe("tuneSolver", () => {
  it("finds the fewest steps that keep to a relative error", async () => {
    const { isMet, trials, winner, ground, test } = await search({});
    expect(isMet).toBe(true);
    expect(winner.test.value).toBeLessThanOrEqual(1e-3);
    // Every state has the same relative error, which the formula tells where rounding to float32 does not show.
    const orders = { midpoint: 2, heun: 2, ralston: 2, heun3: 3, rk4: 4, rk4_38: 4, euler: 1 };
    for (const [name, order] of Object.entries(orders))
      for (const { steps = 1, error } of trials.filter((trial) => trial.name === `${name}:${trial.steps}`))
        if (error.value > 1e-5) expect(error.value / stepsError(order, steps)).toBeCloseTo(1, 1);
    // Of the classical methods none that was tried does it in fewer evaluations than the one that was found closest by
    // screening in the fewest steps: one step less was tried and is not enough.
    const classical = trials.filter(({ family }) => family === "classical");
    const does = ({ error }: (typeof trials)[number]): boolean => error.high <= 1e-3;
    const [best] = classical.filter(does).sort((a, b) => a.nfe - b.nfe);
    const less = classical.filter(
      ({ name }) => name === `${best?.name.split(":")[0]}:${(best?.steps ?? 0) - 1}`,
    );
    expect(less.map(does)).toEqual([false]);
    expect([ground.batch.z0.shape, test.samples.z0.shape]).toEqual([
      [64, 2],
      [64, 2],
    ]);
    expect(test.samples.z0.data).not.toEqual(ground.selection.samples.z0.data);
  });

  it("says of an error below rounding that nothing keeps to it, and hands out what comes closest", async () => {
    const { isMet, winner, trials } = await search({ error: 1e-13, seconds: 0.5 });
    expect(isMet).toBe(false);
    const errors = trials.map(({ error }) => error.value);
    expect(winner.test.value).toBeLessThan(10 * Math.min(...errors));
    expect(winner.test.value).toBeGreaterThan(1e-13);
  });

  it("reports finalists that break on the test states", async () => {
    // z' = −max(0.1, 4 − z) z, NaN below 0: slow from 100, but from 1 half a step already leads below 0.
    const brittle = defineField(["batch", 2], (_s, z) =>
      mul(mul(maximum(sub(4, z), 0.1), -1), square(sqrt(z))),
    );
    const constant = (value: number) => (count: number) => ({
      z0: fromNumbers(new Array<number>(2 * count).fill(value), [count, 2]),
      controls: {},
    });
    const { winner, broken, trials } = await tuneSolver(
      brittle,
      { error: 0.1, samples: 8, seconds: 0.5 },
      { states: { ...states, validation: constant(100), heldOut: constant(1) } },
      { threads: 1, clock: ticking() },
    );
    const good = trials.filter(({ error }) => error.high <= 0.1).map(({ name }) => name);
    expect(good).toContain("midpoint:1");
    expect(winner.record.name).not.toBe("midpoint:1");
    expect(broken).toContainEqual(
      expect.objectContaining({ name: "midpoint:1", family: "classical", broken: "NON_FINITE" }),
    );
  });

  it("has several fits made elsewhere at once, and goes on without those that break there", async () => {
    const asked: { kind: string; settings: object }[] = [];
    let [running, most] = [0, 0];
    const fits: TuneInputs["fits"] = {
      slots: 3,
      make: async (kind, settings) => {
        asked.push({ kind, settings });
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running -= 1;
        throw fail("NON_FINITE", { what: "elsewhere" });
      },
    };
    const { isMet, broken } = await search({ seconds: 4 }, { fits });
    expect(isMet).toBe(true);
    expect(asked.length).toBeGreaterThan(0);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(3);
    // Those that are being made when the time is up are given up, not broken.
    const brokeElsewhere = broken.filter(({ reason }) => reason.includes("elsewhere"));
    expect(brokeElsewhere.length).toBeGreaterThan(0);
    expect(brokeElsewhere.length).toBeGreaterThanOrEqual(asked.length - most);
    expect(brokeElsewhere.length).toBeLessThanOrEqual(asked.length);
    // What is asked for is a whole spec: the same in every process.
    for (const { settings } of asked) expect(settings).toMatchObject({ seed: 0, span: [0, 1] });
  });

  it("does not try again what a ledger has", async () => {
    const store = memory();
    const first = await search({ error: 0.7 }, { store });
    const { trials } = await search({ error: 0.7 }, { store, resume: true });
    const kept = first.trials.filter(({ family }) => family === "classical").map(({ name }) => name);
    expect(trials.map(({ name }) => name)).toEqual(expect.arrayContaining(kept));
    const ofKept = trials.filter(({ name }) => kept.includes(name));
    // Times are the clock's: the same ones are the ledger's.
    expect(ofKept).toEqual(first.trials.filter(({ name }) => kept.includes(name)));
  });

  it("refuses an error of zero, and a stop before anything was tried", async () => {
    await expect(search({ error: 0 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const stopped = tuneSolver(
      decay,
      { error: 1e-2, ...small },
      { states },
      { signal: AbortSignal.abort(), threads: 1 },
    );
    await expect(stopped).rejects.toSatisfy((error) => isHypersolversError(error, "INTERRUPTED"));
  });
});
