import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  adaptive,
  adaptiveHeun,
  dopri5,
  integralController,
  orThrow,
  type PlainField,
  proportionalIntegralController,
  type Solution,
  type StepEvent,
  solve,
} from "../../src/ode/index.js";
import { adaptiveTableaus } from "../helpers/tableaus.js";
import { maxAbsError, observedOrder, type Problem, problems } from "../problems/index.js";

const cases = adaptiveTableaus.flatMap((tableau) => problems.map((problem) => ({ tableau, problem })));

function spied(field: PlainField) {
  const calls: number[] = [];
  const spy: PlainField = (s, y) => {
    calls.push(s);
    return field(s, y);
  };
  return { spy, calls };
}

function worstError({ times, states }: Solution<Float64Array>, { exact }: Problem): number {
  return Math.max(...states.map((y, i) => maxAbsError(y, exact(times[i] ?? Number.NaN))));
}

function between([t0, t1]: readonly [number, number], count: number): number[] {
  return Array.from({ length: count + 1 }, (_, i) => (i === count ? t1 : t0 + ((t1 - t0) * i) / count));
}

describe("laws of every embedded pair", () => {
  test.each(cases)("$tableau.name: the error follows the tolerance, on $problem.name", async (it) => {
    const tolerances = it.tableau.order < 3 ? [1e-4, 1e-5, 1e-6, 1e-7] : [1e-4, 1e-6, 1e-8, 1e-10];
    const errors: number[] = [];
    for (const tolerance of tolerances) {
      const solution = await solve(it.problem.field, it.problem.exact(it.problem.span[0]), {
        span: it.problem.span,
        method: adaptive(it.tableau, { rtol: tolerance, atol: tolerance }),
      });
      expect(orThrow(solution).lastGood.s).toBe(it.problem.span[1]);
      errors.push(worstError(solution, it.problem));
    }
    // Error per step, not per unit step, is controlled: global errors scale like tolerance^(p/q), q = errorOrder.
    const slope = observedOrder(tolerances, errors);
    expect(slope).toBeGreaterThan(0.6);
    expect(slope).toBeLessThan(1.5);
    expect(errors.at(-1)).toBeLessThan(3000 * (tolerances.at(-1) ?? 0));
  });

  test.each(cases)(
    "$tableau.name: never calls f outside the span, counts its calls, lands on t1",
    async (it) => {
      const [t0, t1] = it.problem.span;
      for (const [start, end] of [
        [t0, t1],
        [t1, t0],
      ] as const) {
        const { spy, calls } = spied(it.problem.field);
        const times = [start, start + 0.37 * (end - start), end];
        const options = { method: adaptive(it.tableau, { rtol: 1e-5, atol: 1e-5 }), times };
        const { states, statistics, lastGood } = orThrow(await solve(spy, it.problem.exact(start), options));
        expect(calls.every((s) => s >= t0 && s <= t1)).toBe(true);
        expect(calls.length).toBe(statistics.nfe);
        expect(lastGood.s).toBe(end);
        expect(states.length).toBe(3);
      }
    },
  );

  test.each(cases)("$tableau.name: dense output is as good as the steps, on $problem.name", async (it) => {
    const { field, span, exact } = it.problem;
    const tolerance = { method: adaptive(it.tableau, { rtol: 1e-5, atol: 1e-5, maxStep: 0.1 }) };
    const times = between(span, 57);
    const dense = orThrow(await solve(field, exact(span[0]), { times, ...tolerance }));
    const errorsAtSteps: number[] = [];
    const onStep = ({ s, dt, y, accepted }: StepEvent<Float64Array>) => {
      if (accepted) errorsAtSteps.push(maxAbsError(y, exact(s + dt)));
    };
    const ends = orThrow(await solve(field, exact(span[0]), { span, onStep, ...tolerance }));
    expect(dense.statistics.nfe).toBe(ends.statistics.nfe);
    expect(dense.states.at(-1)).toEqual(ends.states.at(-1));
    expect(dense.states.length).toBe(58);
    expect(worstError(dense, it.problem)).toBeLessThan(2 * Math.max(...errorsAtSteps) + 1e-5);
  });

  test.each(cases)("$tableau.name: a reversed span mirrors the forward one, on $problem.name", async (it) => {
    const { field, span, exact } = it.problem;
    const mirrored: PlainField = (s, y) => Array.from(field(-s, y), (k) => -k);
    const options = { method: adaptive(it.tableau, { rtol: 1e-6, atol: 1e-6 }) };
    const back = orThrow(
      await solve(field, exact(span[1]), { times: between([span[1], span[0]], 5), ...options }),
    );
    const times = between([-span[1], -span[0]], 5);
    const mirror = orThrow(await solve(mirrored, exact(span[1]), { times, ...options }));
    expect(back.statistics.nfe).toBe(mirror.statistics.nfe);
    back.states.forEach((y, i) => {
      expect(maxAbsError(y, mirror.states[i] ?? [])).toBeLessThan(1e-12);
    });
    expect(worstError(back, it.problem)).toBeLessThan(0.05);
  });
});

describe("forward then backward", () => {
  test("returns to where it started, within the tolerance", async () => {
    const number = fc.double({ min: -2, max: 2, noNaN: true });
    const field: PlainField = (s, [x = 0, y = 0]) => [Math.cos(s) * y, -Math.sin(x)];
    const law = fc.asyncProperty(number, number, number, async (x, y, t1) => {
      fc.pre(Math.abs(t1) > 1e-3);
      const options = { method: "dopri5@1e-9" };
      const there = orThrow(await solve(field, [x, y], { span: [0, t1], ...options }));
      const back = orThrow(await solve(field, there.states[1] ?? [], { span: [t1, 0], ...options }));
      expect(maxAbsError(back.states[1] ?? [], [x, y])).toBeLessThan(1e-6);
    });
    await fc.assert(law, { numRuns: 30, seed: 7 });
  });
});

describe("options of step control", () => {
  const [, growth] = problems;
  const { field, span, exact } = growth ?? { field: () => [], span: [0, 1] as const, exact: () => [] };
  const y0 = exact(span[0]);

  test("the PI controller reaches the same accuracy", async () => {
    const controller = proportionalIntegralController();
    const solution = orThrow(
      await solve(field, y0, {
        span,
        method: adaptive(dopri5, { stepController: controller, rtol: 1e-8, atol: 1e-8 }),
      }),
    );
    expect(maxAbsError(solution.states[1] ?? [], exact(span[1]))).toBeLessThan(1e-6);
  });

  test("a cautious controller costs more and errs less", async () => {
    const usual = orThrow(await solve(field, y0, { span, method: "dopri5@1e-6" }));
    const controller = integralController({ safety: 0.5 });
    const cautious = orThrow(
      await solve(field, y0, {
        span,
        method: adaptive(dopri5, { stepController: controller, rtol: 1e-6, atol: 1e-6 }),
      }),
    );
    expect(cautious.statistics.nfe).toBeGreaterThan(usual.statistics.nfe);
  });

  test("firstStep saves one evaluation, maxStep bounds every step", async () => {
    const sizes: number[] = [];
    const solution = await solve(field, y0, {
      span,
      method: "dopri5@firstStep=0.01,maxStep=0.05",
      onStep: ({ dt }) => sizes.push(dt),
    });
    expect(orThrow(solution).statistics.nfe).toBe(1 + 6 * solution.statistics.acceptedSteps);
    expect(sizes[0]).toBe(0.01);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(0.05);
  });

  test("a norm of one's own decides alone: blind to an element, it does not refine for it", async () => {
    const two: PlainField = (s, [, y = 0]) => [
      40 * Math.cos(40 * s),
      ...Array.from(field(s, Float64Array.of(y))),
    ];
    const all = orThrow(await solve(two, [0, ...y0], { span, method: "dopri5@1e-6" }));
    const norm = (scaled: Float64Array) => Math.abs(scaled[1] ?? 0);
    const second = orThrow(
      await solve(two, [0, ...y0], { span, method: adaptive(dopri5, { rtol: 1e-6, atol: 1e-6, norm }) }),
    );
    expect(second.statistics.nfe).toBeLessThan(all.statistics.nfe / 2);
    expect(second.states[1]?.[1]).toBeCloseTo(exact(span[1])[0] ?? Number.NaN, 4);
  });

  test("switching reuse off costs one evaluation an accepted step more, each counted", async () => {
    const { spy, calls } = spied(field);
    const times = between(span, 7);
    const options = {
      method: adaptive(adaptiveHeun, { rtol: 1e-4, atol: 1e-4, reuseLastStage: false }),
      times,
    };
    const { statistics } = orThrow(await solve(spy, y0, options));
    expect(calls.length).toBe(statistics.nfe);
    expect(statistics.nfe).toBe(2 + 2 * statistics.acceptedSteps + statistics.rejectedSteps - 1);
  });
});
