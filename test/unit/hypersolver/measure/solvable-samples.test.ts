import { describe, expect, test } from "vitest";
import { log, mul, reduceSum, sub } from "../../../../src/graph/index.js";
import { droppedText, solvableSamples } from "../../../../src/hypersolver/internal.js";
import { compileReference, MEASURING } from "../../../../src/hypersolver/reference/reference.js";
import { fromNumbers, toFloat64 } from "../../../../src/tensor/index.js";
import { scalarField } from "../../../helpers/controlled-field.js";

/** dz/ds = z², solved by z₀ / (1 − z₀ s): beyond z₀ = 1 it is infinite before s = 1. */
const field = scalarField((_, z) => mul(z, z));
const span = [0, 1] as const;
const given = [0.5, 3, -1, 0.2, 2, 0.7];
const statesOf = (values: readonly number[]) => ({
  z0: fromNumbers(values, [values.length, 1], "float64"),
  controls: {},
});

describe("the samples that can be solved", () => {
  test("are solved where others run into infinity, which are named", async () => {
    const { samples, ends, dropped } = await solvableSamples(field, span, statesOf(given), MEASURING);
    const good = given.filter((z) => z < 1);
    expect([...toFloat64(samples.z0)]).toEqual(good);
    expect(ends.shape).toEqual([good.length, 1]);
    good.forEach((z, i) => void expect(toFloat64(ends)[i]).toBeCloseTo(z / (1 - z), 6));
    expect(dropped?.rows).toEqual([1, 4]);
    expect(["NON_FINITE", "STEP_UNDERFLOW"]).toContain(dropped?.broken);
    expect(droppedText(dropped)).toMatch(
      /^ \(2 more, rows 1, 4, could not be solved and are left out: .+\)$/,
    );
  });

  test("are all of them where all can be", async () => {
    const wanted = statesOf([0.5, -1]);
    const { samples, dropped } = await solvableSamples(field, span, wanted, MEASURING);
    expect(samples).toBe(wanted);
    expect(dropped).toBeUndefined();
    expect(droppedText(dropped)).toBe("");
  });

  test("are not looked for where it is late, which is said", async () => {
    const late = solvableSamples(field, span, statesOf([2, 0.5]), MEASURING, {}, { isLate: () => true });
    await expect(late).rejects.toMatchObject({ facts: { received: expect.stringContaining("no time") } });
  });

  test("tell where one began that breaks", async () => {
    // From 9 it grows; from 0.5 it falls below zero, where there is no logarithm.
    const reference = await compileReference(
      scalarField((_, z) => sub(log(z), 2)),
      MEASURING,
    );
    await expect(reference.states(statesOf([9, 0.5]).z0, span, {})).rejects.toMatchObject({
      code: "NON_FINITE",
      facts: { help: expect.stringContaining("starts at (0.5)") },
    });
    await reference.dispose();
  });

  test("are not waited for after a stop", async () => {
    const stopped = { signal: AbortSignal.abort() };
    const solved = solvableSamples(field, span, statesOf(given), MEASURING, {}, stopped);
    await expect(solved).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  test("are samples each on its own", async () => {
    const swarm = scalarField((_, z) => sub(z, reduceSum(z, [0])));
    await expect(solvableSamples(swarm, span, statesOf([1, 2]), MEASURING)).rejects.toMatchObject({
      code: "UNSUPPORTED_FIELD",
      facts: { help: expect.stringContaining("[batch, particles, d]") },
    });
  });

  test("have to be some", async () => {
    await expect(solvableSamples(field, span, statesOf([2, 3]), MEASURING)).rejects.toMatchObject({
      code: "NON_FINITE",
      facts: { what: "measuring", received: expect.stringContaining("none of 2") },
    });
  });
});
