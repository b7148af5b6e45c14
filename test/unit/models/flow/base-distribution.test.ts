import { describe, expect, test } from "vitest";
import { trace } from "../../../../src/graph/index.js";
import {
  type BaseDistribution,
  logisticBase,
  normalBase,
  studentTBase,
} from "../../../../src/models/index.js";
import { baseNamed } from "../../../../src/models/internal.js";
import { compile } from "../../../../src/runtime/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { columnOf, meanOf } from "../../../helpers/flows.js";

async function logDensities(base: BaseDistribution, z: Tensor): Promise<Float64Array> {
  const graph = trace({ z: { shape: ["batch", z.shape[1] ?? 1], dtype: z.dtype } }, (inputs) => ({
    p: base.logDensity(inputs.z),
  }));
  const program = await compile(graph);
  const { p } = await program.run({ z });
  await program.dispose();
  expect(p?.shape).toEqual([z.shape[0], 1]);
  return toFloat64(p as Tensor);
}

/** Densities, variances and shares within [-1, 1] from textbooks. */
const known = [
  {
    base: normalBase,
    at0: 1 / Math.sqrt(2 * Math.PI),
    at2: 0.05399096651318806,
    variance: 1,
    within: 0.682689492,
  },
  {
    base: logisticBase,
    at0: 0.25,
    at2: Math.exp(-2) / (1 + Math.exp(-2)) ** 2,
    variance: Math.PI ** 2 / 3,
    within: Math.tanh(0.5),
  },
  { base: studentTBase(1), at0: 1 / Math.PI, at2: 1 / (5 * Math.PI), variance: undefined, within: 0.5 },
  {
    base: studentTBase(2),
    at0: 1 / (2 * Math.SQRT2),
    at2: 1 / 6 ** 1.5,
    variance: undefined,
    within: 1 / Math.sqrt(3),
  },
  // Γ(3)/(Γ(5/2)√(5π)) = 8/(3π√5); variance ν/(ν−2); 1 − 2·0.18160873 from tables.
  {
    base: studentTBase(5),
    at0: 8 / (3 * Math.PI * Math.sqrt(5)),
    at2: (8 / (3 * Math.PI * Math.sqrt(5))) * (9 / 5) ** -3,
    variance: 5 / 3,
    within: 1 - 2 * 0.18160873,
  },
];

describe.each(known)("$base.name", ({ base, at0, at2, variance, within }) => {
  test("has the textbook's density at 0 and at ±2", async () => {
    const found = await logDensities(base, fromNumbers([0, 2, -2], [3, 1], "float64"));
    expect(relativeDifference(found.map(Math.exp), [at0, at2, at2])).toBeLessThan(1e-9);
  });

  test("integrates to 1, tails by their symmetry", async () => {
    // x = tan u maps the line to (−π/2, π/2): no tail is cut off.
    const n = 4000;
    const u = Float64Array.from({ length: n }, (_, i) => ((i + 0.5) / n - 0.5) * Math.PI);
    const values = await logDensities(base, fromNumbers(u.map(Math.tan), [n, 1], "float64"));
    const integral = values.reduce(
      (sum, value, i) => sum + ((Math.exp(value) / Math.cos(u[i] ?? 0) ** 2) * Math.PI) / n,
      0,
    );
    expect(Math.abs(integral - 1)).toBeLessThan(1e-5);
  });

  test("sums independent coordinates", async () => {
    const columns = await logDensities(base, fromNumbers([0.3, -1, 2.2], [3, 1], "float64"));
    const together = await logDensities(base, fromNumbers([0.3, -1, 2.2], [1, 3], "float64"));
    expect(together[0]).toBeCloseTo(
      columns.reduce((sum, value) => sum + value, 0),
      12,
    );
  });

  test("stays finite, and right, far out in float32", async () => {
    const far = await logDensities(base, fromNumbers([500, -500], [2, 1]));
    const exact = await logDensities(base, fromNumbers([500, -500], [2, 1], "float64"));
    expect(far.every(Number.isFinite)).toBe(true);
    expect(relativeDifference(far, exact)).toBeLessThan(1e-6);
    expect(far[0]).toBe(far[1]);
  });

  test("draws what it says: center, spread and share within ±1", () => {
    const count = 40_000;
    const draws = toFloat64(base.sample(count, 2, new Random(5)));
    const share = meanOf(draws.map((x) => (Math.abs(x) < 1 ? 1 : 0)));
    expect(Math.abs(share - within)).toBeLessThan(4 * Math.sqrt((within * (1 - within)) / (2 * count)));
    expect(Math.abs(meanOf(draws.map((x) => (x > 0 ? 1 : 0))) - 0.5)).toBeLessThan(
      4 * (0.5 / Math.sqrt(2 * count)),
    );
    if (variance === undefined) return;
    // Kurtosis 9 (Student's t with 5) at most: a standard error of √8/√80 000 = 1 %.
    expect(Math.abs(meanOf(draws.map((x) => x * x)) / variance - 1)).toBeLessThan(0.04);
  });

  test("draws independent columns, the same for the same seed", () => {
    const sample = base.sample(20_000, 2, new Random(6));
    expect(sample.shape).toEqual([20_000, 2]);
    expect(base.sample(20_000, 2, new Random(6)).data).toEqual(sample.data);
    expect(base.sample(20_000, 2, new Random(7)).data).not.toEqual(sample.data);
    const [a, b] = [columnOf(sample, 0).map(Math.sign), columnOf(sample, 1).map(Math.sign)];
    expect(Math.abs(meanOf(a.map((sign, i) => sign * (b[i] ?? 0))))).toBeLessThan(4 / Math.sqrt(20_000));
  });

  test("is found again by its name", () => {
    expect(baseNamed(base.name).name).toBe(base.name);
  });
});

describe("names", () => {
  test.each([
    "",
    "Normal",
    "gaussian",
    "student-t",
    "student-t()",
    "student-t(0)",
    "student-t(-3)",
    "student-t(2.5)",
  ])("that mean nothing are refused: %j", (name) => {
    expect(() => baseNamed(name)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e12])(
    "and so are %d degrees of freedom",
    (freedom) => {
      expect(() => studentTBase(freedom)).toThrow(/degrees of freedom/);
    },
  );

  test("a number of degrees that would take for ever is refused at once", () => {
    expect(() => baseNamed("student-t(99999999999999999999)")).toThrow(/1000/);
  });

  test("many degrees of freedom are nearly normal", async () => {
    const z = fromNumbers([0, 1, -2], [3, 1], "float64");
    const [t, normal] = [await logDensities(studentTBase(1000), z), await logDensities(normalBase, z)];
    expect(relativeDifference(t, normal)).toBeLessThan(5e-3);
  });
});
