import { describe, expect, test } from "vitest";
import { neg } from "../../../../src/graph/index.js";
import { referenceEnds } from "../../../../src/hypersolver/internal.js";
import { referenceAt } from "../../../../src/hypersolver/reference/reference.js";
import { type AdaptiveMethod, adaptive, bosh3, defineField, dopri5 } from "../../../../src/ode/index.js";
import { fromNumbers, toFloat64 } from "../../../../src/tensor/index.js";

const decay = defineField(["batch", 1], (_s, z) => neg(z));
const samples = { z0: fromNumbers([1], [1, 1]), controls: {} };
const distance = async (method: AdaptiveMethod): Promise<number> => {
  const end = await referenceEnds(decay, [0, 1], samples, method);
  return Math.abs((toFloat64(end)[0] ?? Number.NaN) - Math.exp(-1));
};

describe("a reference", () => {
  test("is solved by its method", async () => {
    const tight = { rtol: 1e-8, atol: 1e-8 };
    const [fifth, third] = [await distance(adaptive(dopri5, tight)), await distance(adaptive(bosh3, tight))];
    expect(Math.max(fifth, third)).toBeLessThan(1e-7);
    expect(third).not.toBe(fifth);
  });

  test("lands on its times and keeps to the limits of its method, whatever that would do with the last step", async () => {
    const overshooting = { rtol: 1e-8, atol: 1e-8, lastStep: "overshoot" } as const;
    expect(await distance(adaptive(dopri5, overshooting))).toBeLessThan(1e-7);
    await expect(distance(adaptive(dopri5, { ...overshooting, maxSteps: 2 }))).rejects.toMatchObject({
      code: "STEP_LIMIT",
    });
  });

  test.each([Number.NaN, 0, -1e-6, Number.POSITIVE_INFINITY])(
    "is refused at a tolerance of %d",
    (tolerance) => {
      expect(() => referenceAt(tolerance)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    },
  );
});
