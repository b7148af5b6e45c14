import { describe, expect, test } from "vitest";
import { constant, matmul } from "../../../../src/graph/index.js";
import { resolveSolver } from "../../../../src/hypersolver/internal.js";
import { usualEffort } from "../../../../src/hypersolver/learned/usual-effort.js";
import { defineField, type Field, fieldMacs } from "../../../../src/ode/index.js";
import { fromNumbers } from "../../../../src/tensor/index.js";
import { convolutionalField } from "../../../helpers/image-fields.js";

/** f(z) = z M₁ M₂ … of so many components. */
function linearField(components: number, products = 1): Field {
  const matrix = constant(fromNumbers(new Float32Array(components ** 2), [components, components]));
  return defineField(["batch", components], (_, z) =>
    Array.from({ length: products }).reduce<typeof z>((y) => matmul(y, matrix), z),
  );
}

const site = { evaluations: 4, every: 2, hidden: [64, 64], layersAlone: false, batch: 512 };

describe("what a fit spends when nobody says", () => {
  test.each([
    [1, 3000],
    [4, 2000],
    [8, 1000],
  ])("is counted in evaluations where components are few: %i", (evaluations, iterations) => {
    expect(usualEffort(linearField(2), { ...site, evaluations })).toEqual({
      trajectories: 16_384,
      iterations,
    });
  });

  test("is counted in arithmetic where they are many, f and networks", () => {
    const [small, large] = [linearField(64, 12), linearField(64, 40)];
    // 2 networks of 3 · 64 inputs: two layers, the last and the matrix.
    const g = 2 * (192 * 64 + 64 * 64 + 64 * 64 + 192 * 64);
    for (const field of [small, large]) {
      const { iterations, trajectories } = usualEffort(field, site);
      const spent = iterations * 3 * 512 * (4 * fieldMacs(field) + g);
      expect(Math.abs(spent / 1.2e12 - 1)).toBeLessThan(0.05);
      expect(trajectories).toBe(32_768);
    }
    expect(usualEffort(linearField(20), site).iterations).toBe(5000);
    expect(usualEffort(linearField(512, 40), site).iterations).toBe(800);
  });

  test("has networks for images that cost a quarter of the evaluations they follow, at most", () => {
    const field = convolutionalField();
    const { hidden, every } = resolveSolver(field, { evaluations: 4 });
    expect(hidden).toHaveLength(1);
    expect(hidden[0]).toBeGreaterThanOrEqual(4);
    expect(hidden[0]).toBeLessThan(32);
    expect(every).toBe(2);
    expect(resolveSolver(field, { evaluations: 4, hidden: [48] }).hidden).toEqual([48]);
  });

  test("is less for images", () => {
    expect(usualEffort(convolutionalField(), site)).toEqual({ trajectories: 512, iterations: 600 });
  });
});
