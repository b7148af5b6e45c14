import { describe, expect, test } from "vitest";
import { tuneSolver } from "../../../../src/experiments/index.js";
import { add, mul } from "../../../../src/graph/index.js";
import { givenStates, normalStates } from "../../../../src/hypersolver/index.js";
import { defineField } from "../../../../src/ode/index.js";
import { fromNumbers } from "../../../../src/tensor/index.js";

const decay = defineField(["batch", 2], (_s, z) => mul(z, -1));
/** A clock that a busy machine cannot hurry. */
const ticking = (milliseconds: number): (() => number) => {
  let now = 0;
  return () => {
    now += milliseconds;
    return now;
  };
};
type Input = Parameters<typeof tuneSolver>;
const search = (field: Input[0], spec: Partial<Input[1]>, states: Input[2]["states"], tick = 4) =>
  tuneSolver(
    field,
    { error: 1e-2, samples: 40, seconds: 0.5, ...spec },
    { states },
    { threads: 1, clock: ticking(tick) },
  );
const given = (rows: number, value: (i: number) => number) =>
  givenStates("made up", {
    z0: fromNumbers(
      Float32Array.from({ length: 2 * rows }, (_, i) => value(i)),
      [rows, 2],
    ),
    controls: {},
  });

describe("a search that is asked for what cannot be", () => {
  test.each([0, -1, Number.NaN])("refuses an error of %d", async (error) => {
    await expect(search(decay, { error }, normalStates([2]))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "error" },
    });
  });

  test("hands out the closest solver in time where no solver is that fast", async () => {
    const { isMet, winner } = await search(decay, { milliseconds: 1e-9 }, normalStates([2]));
    expect(isMet).toBe(false);
    expect(winner.test.value).toBeLessThan(1);
  });

  test("is done with what a moment allows", async () => {
    const { trials, winner } = await search(decay, { seconds: 0.1 }, normalStates([2]));
    expect(trials.length).toBeGreaterThan(0);
    expect(winner.test.value).toBeGreaterThan(0);
  });

  test("says of a single state that it takes more", () => {
    expect(() => given(1, () => 1)).toThrow(/at least 10 states/);
  });

  test("ends at states that are no numbers, and leaves out those that are none among others", async () => {
    await expect(
      search(
        decay,
        {},
        given(20, () => Number.NaN),
      ),
    ).rejects.toMatchObject({ code: "NON_FINITE" });
    const some = given(100, (i) => (i % 20 === 7 ? Number.NaN : Math.sin(i)));
    const { test: tested, ground, winner } = await search(decay, {}, some);
    const dropped = [ground.selection.dropped, tested.dropped].flatMap((one) => one?.rows ?? []);
    expect(dropped.length).toBeGreaterThan(0);
    expect((tested.samples.z0.shape[0] ?? 0) + (tested.dropped?.rows.length ?? 0)).toBe(20);
    expect(winner.test.value).toBeLessThan(1);
  });

  test("says so where a field carries all states to infinity, and does not try one after another beyond its time", async () => {
    const exploding = defineField(["batch", 2], (_s, z) => add(mul(mul(z, z), 1e6), 1));
    await expect(search(exploding, {}, normalStates([2]), 1000)).rejects.toMatchObject({
      code: "NON_FINITE",
      facts: { received: expect.stringMatching(/none of 40/) },
    });
  });
});
