import { expect, test } from "vitest";
import { mul } from "../../../../src/graph/index.js";
import { referencePath } from "../../../../src/hypersolver/learned/reference-path.js";
import { defineField } from "../../../../src/ode/index.js";
import { fromNumbers, toFloat64 } from "../../../../src/tensor/index.js";

test("the way of exponential decay is met between the points too, backwards as well, and the end to the last digit", async () => {
  const field = defineField(["batch", 1], (_, z) => mul(z, -0.8));
  const z0 = fromNumbers([1, -2, 0.5], [3, 1]);
  for (const [t0, t1] of [
    [0, 2],
    [2, 0],
  ] as const) {
    const end = fromNumbers(
      toFloat64(z0).map((value) => value * Math.exp(-0.8 * (t1 - t0))),
      [3, 1],
      "float64",
    );
    const path = await referencePath(field, [t0, t1], { z0, controls: {}, end }, {});
    for (const time of [0, 0.01, 0.1, 0.33, 0.5, 0.77, 0.98])
      for (const [i, value] of path(time).entries()) {
        const exact = (z0.data[i] as number) * Math.exp(-0.8 * time * (t1 - t0));
        expect(Math.abs(value / exact - 1)).toBeLessThan(2e-3);
      }
    expect(path(1)).toEqual(toFloat64(end));
  }
});
