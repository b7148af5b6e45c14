import { describe, expect, test } from "vitest";
import {
  adaptive,
  adaptiveHeun,
  bosh3,
  dopri5,
  dopri8,
  euler,
  fehlberg2,
  fixed,
  orThrow,
  type PlainField,
  rk4,
  type SolveOptions,
  solve,
  tsit5,
  uniformMesh,
} from "../../../../src/ode/index.js";
import { meshOfStepSize } from "../../../../src/ode/problem/mesh.js";
import { isHypersolversError } from "../../../../src/tensor/index.js";

const decay: PlainField = (_, y) => y.map((value) => -value);

describe("unusable options are refused with what to do instead", () => {
  const wrong: readonly (readonly [string, SolveOptions, RegExp])[] = [
    ["no steps", { span: [0, 1], method: "dopri5:0" }, /steps.*positive integer/s],
    ["negative steps", { span: [0, 1], method: "dopri5:-3" }, /a number of steps/],
    ["fractional steps", { span: [0, 1], method: "dopri5:2.5" }, /a number of steps/],
    ["steps that are NaN, span of zero length", { span: [1, 1], method: "heun:NaN" }, /a number of steps/],
    ["negative rtol", { span: [0, 1], method: "dopri5@rtol=-1e-3" }, /rtol/],
    ["NaN atol", { span: [0, 1], method: "dopri5@atol=NaN" }, /atol/],
    ["both tolerances zero", { span: [0, 1], method: "dopri5@0" }, /at least one above 0/],
    ["a NaN span", { span: [0, Number.NaN] }, /span.*finite/s],
    ["times out of order", { times: [0, 2, 1] }, /strictly increasing.*1 at position 2/s],
    ["times repeated", { times: [0, 1, 1] }, /strictly/],
    ["no times", { times: [] }, /no numbers/],
    ["a mesh out of order", { method: "dopri5:0/1/0.5" }, /mesh.*strictly/s],
    ["span and times", { span: [0, 1], times: [0, 1] }, /one of them.*both/s],
    ["neither span nor times", {}, /one of them.*none/s],
    ["columns of an array", { span: [0, 1], method: "dopri5@toleranceColumns=1" }, /compiled field.*norm/s],
    ["rk4 with tolerances", { span: [0, 1], method: "rk4@rtol=1e-3" }, /rk4, which has none.*rk4:4/s],
    ["an unknown method", { span: [0, 1], method: "rk45" }, /one of euler/],
    ["maxSteps 0", { span: [0, 1], method: "dopri5@maxSteps=0" }, /maxSteps/],
    ["negative minStep", { span: [0, 1], method: "dopri5@minStep=-1" }, /minStep/],
    ["maxStep below minStep", { span: [0, 1], method: "dopri5@minStep=0.5,maxStep=0.1" }, /maxStep/],
    ["firstStep 0", { span: [0, 1], method: "dopri5@firstStep=0" }, /firstStep/],
  ];

  test.each(wrong)("%s", async (_, options, message) => {
    const error: unknown = await solve(decay, [1], options).catch((reason: unknown) => reason);
    expect(isHypersolversError(error, "INVALID_ARGUMENT")).toBe(true);
    expect(String(error)).toMatch(message);
  });

  test("a field of the wrong length or kind", async () => {
    await expect(solve(() => [1, 2], [1], { span: [0, 1] })).rejects.toThrow(
      /1 numbers, as many.*2 numbers/s,
    );
    const asynchronous = (async () => [1]) as unknown;
    await expect(solve(asynchronous as PlainField, [1], { span: [0, 1] })).rejects.toThrow("async function");
  });

  test("exceptions of the field pass through unchanged", async () => {
    const own = new Error("mine");
    const field = () => {
      throw own;
    };
    await expect(solve(field, [1], { span: [0, 1] })).rejects.toBe(own);
  });
});

describe("fixed steps", () => {
  test("one step of Euler, by hand", async () => {
    const { states, statistics } = await solve(decay, [1, 2], { span: [0, 0.5], method: "euler:1" });
    expect(states.map((y) => Array.from(y))).toEqual([
      [1, 2],
      [0.5, 1],
    ]);
    expect(statistics).toMatchObject({ nfe: 1, acceptedSteps: 1, rejectedSteps: 0 });
  });

  test("10 steps cost 10 evaluations, not 11, and never leave the span", async () => {
    const calls: number[] = [];
    const field: PlainField = (s, y) => {
      calls.push(s);
      return decay(s, y);
    };
    const solution = await solve(field, [1], { span: [0.1, 0.7], method: "euler:10" });
    expect([calls.length, solution.statistics.nfe]).toEqual([10, 10]);
    await solve(field, [1], { span: [0.7, 0.1], method: "rk4:7" });
    await solve(field, [1], { method: fixed(rk4, { mesh: meshOfStepSize([0.1, 0.7], 0.25) }) });
    expect(calls.every((s) => s >= 0.1 && s <= 0.7)).toBe(true);
  });

  test("a mesh returns the state at each point; t1 need not be a multiple of the step", async () => {
    const mesh = meshOfStepSize([0, 1], 0.3);
    const { times, states, lastGood } = await solve(decay, [1], { method: fixed(euler, { mesh }) });
    expect(times).toEqual(mesh);
    expect(states[4]?.[0]).toBeCloseTo(0.7 ** 3 * 0.9, 14);
    expect(lastGood.s).toBe(1);
  });

  test("steps count between requested times, which are hit exactly", async () => {
    const solution = await solve(decay, [1], { times: [0, 0.5, 2], method: "euler:2" });
    expect(solution.times).toEqual([0, 0.5, 2]);
    expect(solution.states.map(([y]) => y)).toEqual([1, 0.75 ** 2, 0.75 ** 2 * 0.25 ** 2]);
  });

  test("agree with the mesh they stand for, whichever way it is said", async () => {
    const bySteps = await solve(decay, [1], { span: [2, 0], method: "rk4:4" });
    const byMesh = await solve(decay, [1], { method: fixed(rk4, { mesh: uniformMesh([2, 0], 4) }) });
    expect(bySteps.states[1]).toEqual(byMesh.states[4]);
  });
});

describe("a span of zero length returns the initial state without evaluating f", () => {
  const never: PlainField = () => {
    throw new Error("must not be called");
  };
  test.each([
    ["adaptive", { span: [3, 3] }],
    ["fixed", { span: [3, 3], method: "rk4:5" }],
    ["mesh", { method: fixed(rk4, { mesh: [3, 3] }) }],
  ] as const)("%s", async (_, options) => {
    const { status, times, states, statistics } = await solve(never, [1, 2], options);
    expect(status).toBe("success");
    expect(times).toEqual([3, 3]);
    expect(states).toEqual([Float64Array.of(1, 2), Float64Array.of(1, 2)]);
    expect(statistics.nfe).toBe(0);
  });

  test("a single time has a single state", async () => {
    for (const options of [
      { times: [3] },
      { times: [3], method: "rk4:2" },
      { method: fixed(rk4, { mesh: [3] }) },
    ]) {
      const { status, states } = await solve(never, [1], options);
      expect([status, states.length]).toEqual(["success", 1]);
    }
  });
});

describe("failures are values", () => {
  const stepsOrNot: readonly SolveOptions[] = [{ span: [0, 1] }, { span: [0, 1], method: "rk4:4" }];

  test.each(stepsOrNot)("NaN in y0: %o", async (options) => {
    const solution = await solve(decay, [1, Number.NaN, 3], options);
    expect(solution).toMatchObject({ status: "non-finite", firstBadIndex: 1, statistics: { nfe: 0 } });
  });

  test.each(stepsOrNot)("infinity in the first f: %o", async (options) => {
    const solution = await solve(() => [0, 0, Number.POSITIVE_INFINITY], [1, 2, 3], options);
    expect(solution.status).toBe("non-finite");
    expect(solution.firstBadIndex).toBe(2);
    expect(solution.lastGood).toEqual({ s: 0, y: Float64Array.of(1, 2, 3) });
    expect(solution.statistics.acceptedSteps).toBe(0);
  });

  test.each([adaptiveHeun, fehlberg2, bosh3, dopri5, tsit5, dopri8])(
    "$name gives up on a field that turns NaN, at the last good state and soon",
    async (method) => {
      const field: PlainField = (s, y) => (s > 0.6 ? [Number.NaN] : decay(s, y));
      const solution = await solve(field, [1], {
        times: [0, 0.5, 1],
        method: adaptive(method, { rtol: 1e-4, atol: 1e-4 }),
      });
      expect(solution.status).toBe("non-finite");
      expect(solution.firstBadIndex).toBe(0);
      expect(solution.lastGood.s).toBeGreaterThan(0.5);
      expect(solution.lastGood.s).toBeLessThanOrEqual(0.6);
      expect(solution.lastGood.y[0]).toBeCloseTo(Math.exp(-solution.lastGood.s), 2);
      expect(solution.times).toEqual([0, 0.5]);
      const { acceptedSteps, rejectedSteps } = solution.statistics;
      expect(acceptedSteps + rejectedSteps).toBeLessThan(1000);
    },
  );

  test("a fixed-step solve stops at the first non-finite state", async () => {
    const field: PlainField = (s, y) => (s >= 0.5 ? [0, Number.NaN] : [y[0] ?? 0, 0]);
    const solution = await solve(field, [1, 1], { span: [0, 1], method: "euler:4" });
    expect(solution).toMatchObject({ status: "non-finite", firstBadIndex: 1, lastGood: { s: 0.5 } });
    expect(solution.statistics.nfe).toBe(3);
  });

  test("blow-up in finite time ends, whatever its name", async () => {
    const solution = await solve((_, [y = 0]) => [y * y], [1], { span: [0, 2] });
    expect(["step-underflow", "non-finite"]).toContain(solution.status);
    expect(solution.lastGood.s).toBeCloseTo(1, 3);
  });

  test("step limit", async () => {
    const solution = await solve(decay, [1], { span: [0, 10], method: "dopri5@maxSteps=3" });
    expect(solution.status).toBe("step-limit");
    expect(solution.message).toMatch(/3 steps.*Raise maxSteps/);
    expect(solution.statistics.acceptedSteps + solution.statistics.rejectedSteps).toBe(3);
    expect(solution.lastGood.s).toBeGreaterThan(0);
  });

  test("step underflow against minStep", async () => {
    const jump: PlainField = (s) => [s < 0.5 ? 0 : 1e6];
    const solution = await solve(jump, [0], { span: [0, 1], method: "dopri5@1e-10,minStep=1e-3" });
    expect(solution.status).toBe("step-underflow");
    expect(solution.lastGood.s).toBeLessThanOrEqual(0.5);
    expect(solution.lastGood.s).toBeGreaterThan(0.3);
  });

  test("a discontinuity alone is no failure", async () => {
    const jump: PlainField = (s) => [s < 0.5 ? 0 : 1];
    const { states } = orThrow(await solve(jump, [0], { span: [0, 1], method: "dopri5@1e-6" }));
    expect(states[1]?.[0]).toBeCloseTo(0.5, 3);
  });

  test("with atol 0 an element that stays zero does no harm", async () => {
    const { states } = orThrow(
      await solve(decay, [1, 0], { span: [0, 1], method: "dopri5@rtol=1e-6,atol=0" }),
    );
    expect(states[1]?.[1]).toBe(0);
  });

  test("orThrow turns each into an error with its code and facts", async () => {
    const solution = await solve(decay, [Number.NaN], { span: [0, 1] });
    const code = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        return isHypersolversError(error) ? [error.code, error.facts.details?.firstBadIndex] : error;
      }
    };
    expect(code(() => orThrow(solution))).toEqual(["NON_FINITE", 0]);
    const limited = await solve(decay, [1], { span: [0, 1], method: "dopri5@maxSteps=1" });
    expect(code(() => orThrow(limited))).toEqual(["STEP_LIMIT", undefined]);
    const good = await solve(decay, [1], { span: [0, 1] });
    expect(orThrow(good)).toBe(good);
  });
});

describe("interruption and progress", () => {
  const endless: SolveOptions = { span: [0, 1e6], method: "dopri5@maxStep=1e-2,maxSteps=1e8" };

  test("a signal raised by a step callback stops an adaptive and a fixed solve", async () => {
    for (const options of [endless, { span: [0, 1], method: "euler:1000" } as const]) {
      const abort = new AbortController();
      let seen = 0;
      const onStep = () => {
        if (++seen === 5) abort.abort();
      };
      const solution = await solve(decay, [1], { ...options, signal: abort.signal, onStep });
      expect(solution.status).toBe("interrupted");
      expect(solution.statistics.acceptedSteps).toBe(5);
      expect(solution.lastGood.s).toBeGreaterThan(0);
      expect(() => orThrow(solution)).toThrow("interrupted");
    }
  });

  test("a timer can stop a solve that would otherwise keep the event loop", async () => {
    const solution = await solve(decay, [1], { ...endless, signal: AbortSignal.timeout(50) });
    expect(solution.status).toBe("interrupted");
  });

  test("onStep sees every attempt, accepted or not", async () => {
    const events: boolean[] = [];
    const { statistics } = await solve((s) => [s < 0.5 ? 0 : 1], [0], {
      span: [0, 1],
      onStep: ({ accepted }) => events.push(accepted),
    });
    expect(events.filter((accepted) => accepted).length).toBe(statistics.acceptedSteps);
    expect(events.filter((accepted) => !accepted).length).toBe(statistics.rejectedSteps);
    expect(statistics.rejectedSteps).toBeGreaterThan(0);
  });
});

describe("what goes in stays as it was", () => {
  test("a field may reuse its output buffer, and y0 is not written", async () => {
    const buffer = new Float64Array(1);
    const reusing: PlainField = (_, [y = 0]) => {
      buffer[0] = -y;
      return buffer;
    };
    const y0 = Float64Array.of(1);
    const shared = await solve(reusing, y0, { span: [0, 1] });
    const fresh = await solve(decay, [1], { span: [0, 1] });
    expect(shared.states).toEqual(fresh.states);
    expect(y0[0]).toBe(1);
  });
});
