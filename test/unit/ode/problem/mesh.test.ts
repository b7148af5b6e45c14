import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { uniformMesh } from "../../../../src/ode/index.js";
import { stepsOf } from "../../../../src/ode/internal.js";
import { checkGrid, planMesh } from "../../../../src/ode/problem/grid.js";
import { meshOfStepSize } from "../../../../src/ode/problem/mesh.js";

const end = fc.double({ min: -100, max: 100, noNaN: true });

describe("uniformMesh", () => {
  test("K steps have K + 1 points and end exactly on t1, in both directions", () => {
    const law = fc.property(end, end, fc.integer({ min: 1, max: 50 }), (t0, t1, steps) => {
      fc.pre(Math.abs(t1 - t0) > 1e-6);
      const mesh = uniformMesh([t0, t1], steps);
      expect(mesh.length).toBe(steps + 1);
      expect([mesh[0], mesh.at(-1)]).toEqual([t0, t1]);
      for (const { dt } of stepsOf(mesh)) expect(Math.sign(dt)).toBe(Math.sign(t1 - t0));
    });
    fc.assert(law, { seed: 7 });
  });

  test("a zero-length span has no step", () => {
    expect(stepsOf(uniformMesh([2, 2], 5))).toEqual([]);
  });

  test.each([0, -1, 1.5, Number.NaN, 1e10])("refuses %s steps", (steps) => {
    expect(() => uniformMesh([0, 1], steps)).toThrow("a positive integer, at most");
  });

  test.each([[[0, Number.NaN]], [[Number.POSITIVE_INFINITY, 0]]] as const)("refuses the span %s", (span) => {
    expect(() => uniformMesh(span, 2)).toThrow("finite numbers");
  });
});

describe("equal steps between requested times", () => {
  test("share one bound, which is told before any mesh is made", () => {
    const times = Array.from({ length: 1001 }, (_, i) => i);
    expect(planMesh({ steps: 2 }, { times }).mesh.length).toBe(2001);
    expect(() => planMesh({ steps: 10_001 }, { times })).toThrow(/at most 10000000 in all 1000 stretches/);
    expect(() => checkGrid({ steps: 1e9 })).toThrow("at most 10000000");
    expect(() => checkGrid({ steps: 1e7 })).not.toThrow();
  });
});

describe("meshOfStepSize", () => {
  test("shortens the last step to land on t1", () => {
    expect(meshOfStepSize([0, 1], 0.4)).toEqual([0, 0.4, 0.8, 1]);
    expect(meshOfStepSize([1, 0], 0.4)).toEqual([1, 0.6, expect.closeTo(0.2, 14), 0]);
  });

  test("takes no sliver of a step when the size divides the span up to rounding", () => {
    expect(meshOfStepSize([0, 0.3], 0.1).length).toBe(4);
    expect(meshOfStepSize([0, 1], 0.1).length).toBe(11);
    expect(meshOfStepSize([0, 1], 5)).toEqual([0, 1]);
  });

  test.each([0, -0.1, Number.NaN, Number.POSITIVE_INFINITY])("refuses the step size %s", (size) => {
    expect(() => meshOfStepSize([0, 1], size)).toThrow("stepSize");
  });

  test("refuses a step size whose mesh would not fit into memory", () => {
    expect(() => meshOfStepSize([0, 1], 1e-9)).toThrow("at most 10000000");
  });
});
