import { expect, test } from "vitest";
import { productAlgebra } from "../../../../src/ode/gradient/product-algebra.js";
import { dopri5 } from "../../../../src/ode/index.js";
import { plainAlgebra } from "../../../../src/ode/methods/algebra.js";
import { embeddedStep } from "../../../../src/ode/methods/runge-kutta.js";

test("a step of a product is the step of its parts laid side by side", () => {
  // A pendulum: q' = p, p' = −sin q + s.
  const slope = (s: number, q = 0, p = 0): number[] => [p, s - Math.sin(q)];
  const one = embeddedStep<Float64Array, number>(
    dopri5,
    (s, y) => Float64Array.from(slope(s, ...y)),
    plainAlgebra,
    { s: 0.2, dt: 0.3, y: Float64Array.of(1, -0.5) },
  );
  const parts = embeddedStep<Readonly<Record<string, Float64Array>>, number>(
    dopri5,
    (s, { q, p }) => {
      const [dq = 0, dp = 0] = slope(s, q?.[0], p?.[0]);
      return { q: Float64Array.of(dq), p: Float64Array.of(dp) };
    },
    productAlgebra(plainAlgebra),
    { s: 0.2, dt: 0.3, y: { q: Float64Array.of(1), p: Float64Array.of(-0.5) } },
  );
  for (const result of ["y1", "error"] as const) {
    expect(parts[result].q?.[0]).toBe(one[result][0]);
    expect(parts[result].p?.[0]).toBe(one[result][1]);
  }
});
