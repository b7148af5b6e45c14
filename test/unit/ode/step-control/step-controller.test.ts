import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { integralController, proportionalIntegralController } from "../../../../src/ode/index.js";
import { initialStepGuess, initialStepSize } from "../../../../src/ode/step-control/initial-step.js";

const controllers = [
  { name: "integral", controller: integralController() },
  { name: "proportional-integral", controller: proportionalIntegralController() },
];
const ratio = fc.oneof(fc.double({ min: 0, max: 1e300, noNaN: true }), fc.double());

describe("laws of every controller", () => {
  test.each(controllers)("$name accepts exactly ratios up to 1 and keeps to its bounds", ({ controller }) => {
    const law = fc.property(ratio, ratio, fc.integer({ min: 1, max: 8 }), (first, second, order) => {
      fc.pre(!(first < 0) && !(second < 0));
      const { state } = controller.decide(controller.initial, first, order);
      const decision = controller.decide(state, second, order);
      expect(decision.accept).toBe(second <= 1);
      expect(decision.factor).toBeGreaterThanOrEqual(0.2);
      expect(decision.factor).toBeLessThanOrEqual(10);
      if (!decision.accept) expect(decision.factor).toBeLessThan(1);
    });
    fc.assert(law, { seed: 7 });
  });

  test.each(controllers)("$name answers NaN and infinity with the smallest factor", ({ controller }) => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const { accept, factor } = controller.decide(controller.initial, bad, 5);
      expect({ accept, factor }).toEqual({ accept: false, factor: 0.2 });
    }
  });
});

describe("integralController", () => {
  test.each([
    [0, 10],
    [1e-20, 10],
    [0.5, 0.9 * 0.5 ** (-1 / 5)],
    [0.99, 1],
    [2, 0.9 * 2 ** (-1 / 5)],
    [1e9, 0.2],
  ])("ratio %s scales the step by %s, as torchdiffeq", (errorRatio, factor) => {
    const controller = integralController();
    expect(controller.decide(controller.initial, errorRatio, 5).factor).toBeCloseTo(factor, 14);
  });
});

describe("proportionalIntegralController", () => {
  test("does not grow right after a rejection", () => {
    const controller = proportionalIntegralController();
    const { state } = controller.decide(controller.initial, 4, 5);
    expect(controller.decide(state, 1e-6, 5).factor).toBe(1);
  });
});

describe("initial step", () => {
  const size = fc.double({ min: 0, max: 1e200, noNaN: true });

  test("is positive, finite and inside the span whatever the norms", () => {
    const norm = fc.oneof(size, fc.constantFrom(0, Number.POSITIVE_INFINITY, Number.NaN));
    const law = fc.property(norm, norm, norm, (d0, d1, d2) => {
      const h0 = initialStepGuess(d0, d1, 0.5);
      expect(h0 > 0 && h0 <= 0.5).toBe(true);
      const size = initialStepSize(h0, d1, d2, 5, 0.5);
      expect(size > 0 && size <= 0.5).toBe(true);
    });
    fc.assert(law, { seed: 7 });
  });
});
