import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { add, cast, concat, mul, type Node, neg, reshape, sin, slice } from "../../../../src/graph/index.js";
import type { ContinuousAdjoint } from "../../../../src/ode/gradient/gradient-options.js";
import {
  compileGradient,
  defineField,
  fixed,
  type GradientOptions,
  gradientThroughSolve,
  heun,
  type SolveGradient,
  type StepEvent,
  solveField,
} from "../../../../src/ode/index.js";
import { fromNumbers, type Tensor, tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { expectClose, relativeDifference } from "../../../helpers/compare.js";
import { control, controlledField, initialState } from "../../../helpers/controlled-field.js";
import { oracleField } from "../../../helpers/mlp-field.js";
import { readOracle } from "../../../helpers/oracle.js";
import { SAME_NUMERICS } from "../../../helpers/tolerances.js";

const field = controlledField();
const z0 = initialState();
const controls = { x: control() };
const doubled = (states: readonly Tensor[]): Tensor => {
  const end = states.at(-1) ?? z0;
  return fromNumbers(
    toFloat64(end).map((value) => 2 * value),
    end.shape,
    end.dtype,
  );
};
const heunTwice = fixed(heun, { steps: 2 });
const loose = { span: [0, 2], method: "dopri5@1e-4" } as const;

const run = (options: GradientOptions, adjoint: GradientOptions["adjoint"] = "continuous") =>
  gradientThroughSolve(field, z0, { ...options, adjoint, controls }, doubled);
const continuous = (options: Omit<ContinuousAdjoint, "kind">): ContinuousAdjoint => ({
  kind: "continuous",
  ...options,
});

function expectAgreement(a: SolveGradient, b: SolveGradient, tolerance: number): void {
  expectClose(a.z0, b.z0, tolerance);
  expectClose(a.parameters.w as Tensor, b.parameters.w as Tensor, tolerance);
  expectClose(a.controls.x as Tensor, b.controls.x as Tensor, tolerance);
}

describe("the way back has options of its own", () => {
  test("tolerances: tighter ones take more steps and come closer, over the same forward solve", async () => {
    const exact = await run({ ...loose, method: "dopri5@1e-11" }, "discrete");
    const own = await run(loose);
    const tight = await run(loose, continuous({ method: "dopri5@1e-9" }));
    expect(tight.solution.statistics.nfe).toBe(own.solution.statistics.nfe);
    expect(tight.backward.nfe).toBeGreaterThan(2 * own.backward.nfe);
    expect(own.backward.nfe).toBe((await run(loose, continuous({ method: "dopri5@1e-4" }))).backward.nfe);
    const gap = ({ controls: { x } }: SolveGradient): number =>
      relativeDifference(toFloat64(x as Tensor), toFloat64(exact.controls.x as Tensor));
    expect(gap(tight)).toBeLessThan(gap(own));
  });

  test("another method", async () => {
    const other = await run({ ...loose, method: "dopri5@1e-8" }, continuous({ method: "bosh3" }));
    const own = await run({ ...loose, method: "dopri5@1e-8" });
    expect(other.backward.nfe).toBeGreaterThan(own.backward.nfe);
    expectAgreement(other, own, 1e-6);
    const equal = { span: [0, 2], method: "dopri5:40" } as const;
    expectAgreement(await run(equal, continuous({ method: "rk4:40" })), await run(equal), 1e-5);
    // Its steps need not be those of the way there, nor fixed where those are.
    expectAgreement(await run(equal, continuous({ method: "rk4:80" })), await run(equal), 1e-5);
    expectAgreement(await run(equal, continuous({ method: "dopri5@1e-8" })), await run(equal), 1e-5);
  });

  test("the seminorm leaves the sums of parameters out: fewer steps where they vary most", async () => {
    const start = readOracle("odeint_field").get("z0");
    const options = { span: [0, 1.5], method: "dopri5@rtol=1e-6,atol=1e-9" } as const;
    const [full, semi] = await Promise.all(
      (["full", "seminorm"] as const).map((norm) =>
        gradientThroughSolve(
          oracleField("float64"),
          start,
          { ...options, adjoint: continuous({ norm }) },
          doubled,
        ),
      ),
    );
    expect(semi?.backward.nfe).toBeLessThan(full?.backward.nfe ?? 0);
    expectClose(semi?.z0 as Tensor, full?.z0 as Tensor, 1e-5);
    for (const [name, value] of Object.entries(full?.parameters ?? {}))
      expectClose(semi?.parameters[name] as Tensor, value, 1e-4);
  });

  test("controlled columns hold for the state and its adjoint", async () => {
    // The second column oscillates along, and the first does not care.
    const along = defineField(["batch", 2], (s, z) =>
      concat([neg(slice(z, 1, 0, 1)), add(mul(slice(z, 1, 1, 2), 0), sin(mul(s, 30)))], 1),
    );
    const options = { span: [0, 2], method: "dopri5@1e-5", adjoint: "continuous" } as const;
    const both = await gradientThroughSolve(along, z0, options, doubled);
    const one = await gradientThroughSolve(
      along,
      z0,
      { ...options, method: "dopri5@1e-5,toleranceColumns=1" },
      z0,
    );
    expect(one.backward.nfe).toBeLessThan(both.backward.nfe / 2);
    const decayed = toFloat64(z0).map((value, i) => (i % 2 === 0 ? value * Math.exp(-2) : value));
    expect(relativeDifference(toFloat64(one.z0), decayed)).toBeLessThan(1e-4);
  });

  test("its steps do not reach onStep", async () => {
    const events: StepEvent<Tensor>[] = [];
    const { solution } = await run({ ...loose, onStep: (event) => events.push(event) });
    const { acceptedSteps, rejectedSteps } = solution.statistics;
    expect(events).toHaveLength(acceptedSteps + rejectedSteps);
    expect(events.every(({ dt }) => dt > 0)).toBe(true);
  });

  test.each([
    [
      "more than a tableau",
      { span: [0, 1], method: { ...heunTwice, tableau: undefined } as never },
      "method",
    ],
    ["an overshot end", { ...loose, method: "dopri5@1e-4,lastStep=overshoot" }, "lastStep"],
    [
      "a norm over fixed steps",
      { span: [0, 1], method: "dopri5:2", adjoint: continuous({ norm: "seminorm" }) },
      "norm",
    ],
    ["a method without error estimate", { ...loose, adjoint: continuous({ method: "rk4" }) }, "method"],
    ["a negative tolerance", { ...loose, adjoint: continuous({ method: "dopri5@atol=-1" }) }, "atol"],
    ["no step at all", { ...loose, adjoint: continuous({ method: "dopri5@1e-4,maxSteps=0" }) }, "maxSteps"],
  ] satisfies [string, GradientOptions, string][])("%s is refused", async (_, options, what) => {
    await expect(compileGradient(field, { adjoint: "continuous", ...options })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: expect.stringContaining(what) },
    });
  });
});

describe("costs", () => {
  test("of the discrete way back: every accepted step, replayed", async () => {
    const { solution, backward } = await run(loose, "discrete");
    const { acceptedSteps } = solution.statistics;
    expect(backward).toMatchObject({ nfe: 6 * acceptedSteps, acceptedSteps, rejectedSteps: 0 });
  });

  test("of the continuous way back: two evaluations a segment, and six an attempt", async () => {
    const { backward } = await run({ times: [0, 1, 2], method: "dopri5@1e-5" });
    const { nfe, acceptedSteps, rejectedSteps } = backward;
    expect(nfe).toBe(2 * 2 + 6 * (acceptedSteps + rejectedSteps));
    expect(backward.milliseconds).toBeGreaterThan(0);
  });

  // What the collector lets go at the wrong moment, another attempt finds gone.
  test("memory does not grow with the number of steps", { retry: 3 }, async () => {
    setFlagsFromString("--expose_gc");
    const collect = runInNewContext("gc") as () => void;
    const wide = defineField(["batch", 1000], (_, z) => sin(z));
    const start = tensor("float32", [50, 1000], new Float32Array(50_000).fill(1));
    // More steps than one program takes: they are taken one by one.
    const options = { span: [0, 1], method: "euler:400" } as const;
    const keptBetween = async (adjoint: "discrete" | "continuous"): Promise<number> => {
      // What earlier tests left is released first: a run through, then what its finalizers let go.
      collect();
      await setImmediate();
      collect();
      const before = process.memoryUsage().arrayBuffers;
      let kept = 0;
      await gradientThroughSolve(wide, start, { ...options, adjoint }, ([, end]) => {
        collect();
        kept = process.memoryUsage().arrayBuffers - before;
        return end as Tensor;
      });
      return kept / start.data.byteLength;
    };
    // Of 400 steps one keeps every state and the other none; the collector's own share was up to 70 states.
    expect(await keptBetween("discrete")).toBeGreaterThan(300);
    expect(await keptBetween("continuous")).toBeLessThan(150);
  });
});

describe("failures of the way back say so", () => {
  test("its own step limit, over all segments together", async () => {
    const options = { times: [0, 1, 2], method: "dopri5@1e-6" } as const;
    const { backward } = await run(options);
    const tried = backward.acceptedSteps + backward.rejectedSteps;
    expect((await run(options, continuous({ method: `dopri5@1e-6,maxSteps=${tried}` }))).backward.nfe).toBe(
      backward.nfe,
    );
    await expect(
      run(options, continuous({ method: `dopri5@1e-6,maxSteps=${tried - 1}` })),
    ).rejects.toMatchObject({
      code: "STEP_LIMIT",
      facts: {
        what: expect.stringContaining("backwards"),
        received: expect.stringContaining(`Tried ${tried - 1} steps`),
      },
    });
  });

  test("the forward solve's fails first, under its own name", async () => {
    await expect(run({ ...loose, method: "dopri5@1e-4,maxSteps=1" })).rejects.toMatchObject({
      code: "STEP_LIMIT",
      facts: { what: "solve" },
    });
  });

  test.each([
    ["step control", loose],
    ["fixed steps", { span: [0, 1], method: "dopri5:4" }],
  ] as const)("%s: a cotangent that is not finite", async (_, options) => {
    const cotangent = fromNumbers([0, 1, 2, Number.NaN, 4, 5], [3, 2], "float64");
    const result = gradientThroughSolve(
      field,
      z0,
      { ...options, adjoint: "continuous", controls },
      cotangent,
    );
    await expect(result).rejects.toMatchObject({
      code: "NON_FINITE",
      facts: { what: expect.stringContaining("backwards") },
    });
  });

  test.each([
    ["step control", loose],
    ["fixed steps", { span: [0, 1], method: "dopri5:4" }],
  ] as const)("%s: stopped by its signal", async (_, options) => {
    const abort = new AbortController();
    const gradient = await compileGradient(field, {
      ...options,
      adjoint: "continuous",
      signal: abort.signal,
    });
    const cotangent = (states: readonly Tensor[]) => {
      abort.abort();
      return doubled(states);
    };
    await expect(gradient.run(z0, cotangent, { controls })).rejects.toMatchObject({ code: "INTERRUPTED" });
    await gradient.dispose();
  });
});

describe("a continuous gradient", () => {
  test("solves as without derivative, dense output and all", async () => {
    const options = { times: [0, 0.5, 2], method: "dopri5@1e-5" } as const;
    const { solution } = await run(options);
    const plain = await solveField(field, z0, { ...options, controls });
    expect(solution.states).toEqual(plain.states);
    expect(solution.statistics.nfe).toBe(plain.statistics.nfe);
  });

  test.each([
    ["step control", { span: [1, 1] }],
    ["fixed steps", { span: [1, 1], method: "rk4:2" }],
  ] as const)("over a span of zero length passes cotangents through, with %s", async (_, options) => {
    const all = { ...options, adjoint: "continuous", controls } as const;
    const single = await gradientThroughSolve(field, z0, all, z0);
    expect(single.z0).toEqual(z0);
    expect(toFloat64(single.parameters.w as Tensor)).toEqual(Float64Array.of(0, 0));
    expect(single.backward).toMatchObject({ nfe: 0, acceptedSteps: 0, rejectedSteps: 0 });
    const both = await gradientThroughSolve(field, z0, all, [z0, z0]);
    expectClose(both.z0, doubled([z0]), SAME_NUMERICS);
  });

  test("is zero where the loss does not look", async () => {
    const options = { times: [0, 1, 2], method: "dopri5@1e-4", adjoint: "continuous", controls } as const;
    const none = await gradientThroughSolve(field, z0, options, [undefined, undefined, undefined]);
    for (const value of [none.z0, none.parameters.w, none.controls.x])
      expect(toFloat64(value as Tensor).every((x) => x === 0)).toBe(true);
    const first = await gradientThroughSolve(field, z0, options, [z0, undefined, undefined]);
    expect(first.z0).toEqual(z0);
  });

  test("has zeros for unused parameters, and nothing for integers", async () => {
    const labeled = defineField(
      ["batch", 2],
      (_, z, { label, used }) =>
        add(mul(z, used as Node), reshape(cast(label as Node, "float32"), ["batch", 1])),
      {
        controls: { label: { shape: ["batch"], dtype: "int64" }, idle: { shape: ["batch", 3] } },
        parameters: {
          used: fromNumbers([0.5, -1], [2]),
          unused: fromNumbers([1, 2, 3], [3]),
          table: tensor("int64", [2], BigInt64Array.of(1n, 2n)),
        },
      },
    );
    const given = {
      label: tensor("int64", [2], BigInt64Array.of(1n, -2n)),
      idle: fromNumbers([1, 2, 3, 4, 5, 6], [2, 3]),
    };
    const start = fromNumbers([1, 2, 3, 4], [2, 2]);
    for (const adjoint of ["continuous", "discrete"] as const) {
      const options = { span: [0, 1], method: "dopri5@1e-6", adjoint, controls: given } as const;
      const result = await gradientThroughSolve(labeled, start, options, start);
      expect(Object.keys(result.parameters).sort()).toEqual(["unused", "used"]);
      expect(result.parameters.unused).toEqual(fromNumbers([0, 0, 0], [3]));
      expect(Object.keys(result.controls)).toEqual(["idle"]);
      expect(result.controls.idle).toEqual(fromNumbers([0, 0, 0, 0, 0, 0], [2, 3]));
    }
  });

  test("on the reference device gives the same, in the field's type", async () => {
    const single = controlledField("float32");
    const options = { span: [0, 1], method: "rk4:8", adjoint: "continuous" } as const;
    const given = { x: control("float32") };
    const [cpu, reference] = await Promise.all(
      (["cpu", "reference"] as const).map((device) =>
        gradientThroughSolve(single, z0, { ...options, device, controls: given }, doubled),
      ),
    );
    expect(reference?.parameters.w?.dtype).toBe("float32");
    expectAgreement(reference as SolveGradient, cpu as SolveGradient, 4e-6);
  });

  test("takes other parameters at every run, and compiles once", async () => {
    const gradient = await compileGradient(field, { ...loose, adjoint: "continuous" });
    const own = await gradient.run(z0, doubled, { controls });
    const w = fromNumbers([0.1, 0.2], [2], "float64");
    const other = await gradient.run(z0, doubled, { controls, parameters: { w } });
    const again = await gradient.run(z0, doubled, { controls });
    expect(other.z0).not.toEqual(own.z0);
    expect(again.z0).toEqual(own.z0);
    expect(again.parameters).toEqual(own.parameters);
    await gradient.dispose();
    await expect(gradient.run(z0, doubled, { controls })).rejects.toMatchObject({ code: "DISPOSED" });
  });
});

describe("of either kind", () => {
  test.each(["discrete", "continuous"] as const)("%s: a misspelled parameter is refused", async (adjoint) => {
    const gradient = await compileGradient(field, { ...loose, adjoint });
    const w = fromNumbers([0.1, 0.2], [2], "float64");
    await expect(gradient.run(z0, doubled, { controls, parameters: { w, W: w } })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "parameters", expected: "names among w", received: "W" },
    });
    await gradient.dispose();
  });

  test.each(["discrete", "continuous"] as const)(
    "%s: maxSteps counts for the whole solve",
    async (adjoint) => {
      const options = { times: [0, 0.5, 1, 1.5, 2], method: "dopri5@1e-6" } as const;
      const { solution } = await run(options, adjoint);
      const { acceptedSteps, rejectedSteps } = solution.statistics;
      const tried = acceptedSteps + rejectedSteps;
      await expect(
        run({ ...options, method: `dopri5@1e-6,maxSteps=${tried - 1}` }, adjoint),
      ).rejects.toMatchObject({
        code: "STEP_LIMIT",
        facts: { what: "solve", received: expect.stringContaining(`Tried ${tried - 1} steps`) },
      });
      if (adjoint === "discrete") await run({ ...options, method: `dopri5@1e-6,maxSteps=${tried}` }, adjoint);
    },
  );
});
