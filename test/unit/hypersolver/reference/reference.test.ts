import { describe, expect, test } from "vitest";
import { neg } from "../../../../src/graph/index.js";
import { referenceEnds } from "../../../../src/hypersolver/internal.js";
import type { ReferenceSettings } from "../../../../src/hypersolver/reference/reference.js";
import { defineField } from "../../../../src/ode/index.js";
import { fromNumbers, toFloat64 } from "../../../../src/tensor/index.js";

const decay = defineField(["batch", 1], (_s, z) => neg(z));
const samples = { z0: fromNumbers([1], [1, 1]), controls: {} };
const settings: ReferenceSettings = { method: "dopri5", tolerance: 1e-8, precision: "float64" };
const distance = async (differing: Partial<ReferenceSettings>): Promise<number> => {
  const end = await referenceEnds(decay, [0, 1], samples, { ...settings, ...differing });
  return Math.abs((toFloat64(end)[0] ?? Number.NaN) - Math.exp(-1));
};

describe("a reference", () => {
  test("is solved by the method that its settings name", async () => {
    const [fifth, third] = [await distance({}), await distance({ method: "bosh3" })];
    expect(Math.max(fifth, third)).toBeLessThan(1e-7);
    expect(third).not.toBe(fifth);
  });

  test.each([
    { tolerance: Number.NaN },
    { tolerance: 0 },
    { tolerance: -1e-6 },
    { tolerance: Number.POSITIVE_INFINITY },
    { method: "heun" },
    { method: "dopri" },
  ])("is refused by %o", async (differing) => {
    await expect(distance(differing)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
