import { describe, expect, test } from "vitest";
import { dopri5, orThrow } from "../../../../src/ode/index.js";
import { integrateAdaptive } from "../../../../src/ode/internal.js";
import { plainStepper } from "../../../../src/ode/plain/plain-stepper.js";
import type { AdaptiveStepper, Trial } from "../../../../src/ode/step-control/stepper.js";

const field = (s: number, [y = 0]: Float64Array) => Float64Array.of(Math.cos(s) * y);
const plain = plainStepper(dopri5, field, { rtol: 1e-6, atol: 1e-6 });
const times = [0, 0.7, 2];

/** As a compiled program behaves: every answer later. */
const later: AdaptiveStepper<Float64Array> = {
  errorOrder: plain.errorOrder,
  evaluationsPerTrial: plain.evaluationsPerTrial,
  evaluate: async (s, y) => plain.evaluate(s, y),
  initialStep: async (s, y, k0, span) => plain.initialStep(s, y, k0, span),
  trial: async (s, dt, y, k0) => plain.trial(s, dt, y, k0),
  interpolate: async (step, theta) => plain.interpolate(step, theta),
  coarseType: plain.coarseType,
  firstBadIndex: async (y) => plain.firstBadIndex(y),
};

/** A stepper over opaque states, with scripted error ratios: the loop alone. */
function scripted(ratios: readonly number[]): AdaptiveStepper<string> {
  let next = 0;
  return {
    errorOrder: 5,
    evaluationsPerTrial: 6,
    evaluate: (s) => ({ k: `f(${s})`, firstBadIndex: undefined }),
    initialStep: () => 0.25,
    trial: (s, dt): Trial<string> => ({
      y1: `y(${s + dt})`,
      k1: `f(${s + dt})`,
      errorRatio: ratios[next++] ?? 0.5,
      firstBadIndex: undefined,
      stages: [],
    }),
    interpolate: (step, theta) => `${step.y0}~${step.y1}@${theta}`,
    coarseType: () => undefined,
    firstBadIndex: () => undefined,
  };
}

describe("integrateAdaptive", () => {
  test("gives the same answer whether the stepper answers now or later", async () => {
    const now = orThrow(await integrateAdaptive(plain, Float64Array.of(1), { times }));
    const then = orThrow(await integrateAdaptive(later, Float64Array.of(1), { times }));
    expect(then.states).toEqual(now.states);
    expect({ ...then.statistics, milliseconds: 0 }).toEqual({ ...now.statistics, milliseconds: 0 });
  });

  test("counts, clips, stores and interpolates", async () => {
    const solution = await integrateAdaptive(scripted([1, 2]), "y(0)", { times: [0, 0.125, 0.25, 1] });
    expect(solution.states).toEqual(["y(0)", "y(0)~y(0.25)@0.5", "y(0.25)", "y(1)"]);
    const { acceptedSteps, rejectedSteps, nfe } = solution.statistics;
    expect(rejectedSteps).toBe(1);
    expect(nfe).toBe(2 + 6 * (acceptedSteps + rejectedSteps));
  });

  test("ends when every step is refused: by underflow, or by non-finite values", async () => {
    const refused = await integrateAdaptive(scripted(new Array(1000).fill(1e9)), "y(1)", { times: [1, 2] });
    expect(refused.status).toBe("step-underflow");
    const broken = await integrateAdaptive(scripted(new Array(1000).fill(Number.NaN)), "y(1)", {
      times: [1, 2],
    });
    expect(broken.status).toBe("non-finite");
    expect(broken.lastGood).toEqual({ s: 1, y: "y(1)" });
    expect(broken.statistics.rejectedSteps).toBeLessThan(50);
  });

  test("ends soon at s = 0 too, where every step is distinct from none", async () => {
    const refuse = () => scripted(new Array(1000).fill(Number.NaN));
    const free = await integrateAdaptive(refuse(), "y(0)", { times: [0, 1] });
    expect(free.status).toBe("non-finite");
    expect(free.statistics.rejectedSteps).toBeLessThan(50);
    const limited = await integrateAdaptive(refuse(), "y(0)", { times: [0, 1], maxSteps: 20 });
    expect(limited.status).toBe("step-limit");
  });

  test("overshooting interpolates at t1", async () => {
    const options = { times: [0, 0.2], lastStep: "overshoot" } as const;
    const solution = await integrateAdaptive(scripted([]), "y(0)", options);
    expect(solution.states[1]).toBe("y(0)~y(0.25)@0.8");
    expect(solution.lastGood.s).toBe(0.25);
  });

  test("refuses times out of order", async () => {
    await expect(integrateAdaptive(scripted([]), "y(0)", { times: [0, 1, 0.5] })).rejects.toThrow("strictly");
  });
});
