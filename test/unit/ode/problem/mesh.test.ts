import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { uniformMesh } from "../../../../src/ode/index.js";
import { stepsOf } from "../../../../src/ode/internal.js";
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
});
