import { describe, expect, test } from "vitest";
import { div, exp, less, mul, square, sub, where } from "../../../../src/graph/index.js";
import {
  adaptive,
  type CompiledSolveOptions,
  compileSolve,
  defineField,
  dopri5,
  type Field,
  type FieldSolution,
  orThrow,
  solve,
  solveField,
} from "../../../../src/ode/index.js";
import { fromNumbers, type Tensor, tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { control, controlledField, initialState, scalarField } from "../../../helpers/controlled-field.js";

/** Nothing below may take more steps than that, whatever it is given. */
const MOST_STEPS = 5000;
const stepsTried = ({ statistics: { acceptedSteps, rejectedSteps } }: FieldSolution): number =>
  acceptedSteps + rejectedSteps;

const decay = (dtype: "float32" | "float64" = "float64"): Field => scalarField((_, z) => mul(z, -1), dtype);
const column = (...values: number[]): Tensor => fromNumbers(values, [values.length, 1], "float64");
const unrolled: CompiledSolveOptions = { span: [0, 1], method: "rk4:4" };
const looped: CompiledSolveOptions = { span: [0, 1], method: "rk4:40" };
const controlled: CompiledSolveOptions = { span: [0, 1], method: "dopri5@1e-5" };
const everyWay = [
  { name: "unrolled", options: unrolled },
  { name: "looped", options: looped },
  { name: "adaptive", options: controlled },
];

describe("unusable input is refused", () => {
  const code = (run: Promise<unknown>): Promise<unknown> =>
    run.then(
      () => "no error",
      (error: { code?: string }) => error.code,
    );
  test.each(everyWay)("$name", async ({ options }) => {
    const field = decay();
    expect(await code(solveField(field, fromNumbers([1, 2], [2], "float64"), options))).toBe(
      "SHAPE_MISMATCH",
    );
    expect(await code(solveField(field, fromNumbers([1, 2], [1, 2], "float64"), options))).toBe(
      "SHAPE_MISMATCH",
    );
    const integers = tensor("int64", [1, 1], BigInt64Array.of(1n));
    expect(await code(solveField(field, integers, options))).toBe("SHAPE_MISMATCH");
    expect(await code(solveField(field, column(), options))).toBe("INVALID_ARGUMENT");
    expect(await code(solveField(controlledField(), initialState(), options))).toBe("MISSING_INPUT");
    const wrongType = { x: control("float32") };
    expect(
      await code(solveField(controlledField(), initialState(), { ...options, controls: wrongType })),
    ).toBe("DTYPE_MISMATCH");
    const wrongBatch = { x: fromNumbers([1, 2], [2, 1], "float64") };
    expect(
      await code(solveField(controlledField(), initialState(), { ...options, controls: wrongBatch })),
    ).toBe("SHAPE_MISMATCH");
  });

  const wrong: readonly (readonly [string, CompiledSolveOptions])[] = [
    ["steps 0", { span: [0, 1], method: "dopri5:0" }],
    ["negative tolerance", { span: [0, 1], method: "dopri5@rtol=-1" }],
    ["NaN tolerance", { span: [0, 1], method: "dopri5@atol=NaN" }],
    ["no span", { method: "dopri5@rtol=1e-3" }],
    ["infinite span", { span: [0, Number.POSITIVE_INFINITY] }],
    ["a norm of one's own", { span: [0, 1], method: adaptive(dopri5, { norm: () => 0 }) }],
    ["an unknown method", { span: [0, 1], method: "rk45" }],
    ["a requested time beside the mesh", { times: [0, 0.4, 1], method: "heun:0/0.5/1" }],
    ["a mesh that ends early", { span: [0, 1], method: "heun:0/0.5" }],
  ];
  test.each(wrong)("%s", async (_, options) => {
    expect(await code(compileSolve(decay(), options))).toBe("INVALID_ARGUMENT");
  });
});

describe("non-finite numbers end a solve as a value, soon", () => {
  const cases = everyWay.flatMap((way) =>
    (["float32", "float64"] as const).map((dtype) => ({ ...way, dtype })),
  );

  test.each(cases)("$name in $dtype: in z0", async ({ options, dtype }) => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const solution = await solveField(decay(dtype), column(1, bad, 3), options);
      expect(solution).toMatchObject({ status: "non-finite", firstBadIndex: 1, statistics: { nfe: 0 } });
      expect(solution.states.length).toBe(1);
    }
  });

  test.each(cases)("$name in $dtype: in f from the start", async ({ options, dtype }) => {
    for (const bad of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const field = scalarField((_, z) => where(less(2.5, z), bad, mul(z, 0)), dtype);
      const solution = await solveField(field, column(1, 2, 3), options);
      expect(solution).toMatchObject({ status: "non-finite", firstBadIndex: 2, lastGood: { s: 0 } });
      expect(toFloat64(solution.lastGood.y)).toEqual(Float64Array.of(1, 2, 3));
      expect(solution.statistics.acceptedSteps).toBe(0);
      expect(stepsTried(solution)).toBeLessThan(MOST_STEPS);
    }
  });

  test.each(cases)("$name in $dtype: in f later, with the last good state", async ({ options, dtype }) => {
    const field = scalarField((s, z) => where(less(s, 0.6), mul(z, -1), Number.NaN), dtype);
    const solution = await solveField(field, column(1, 2), options);
    expect(solution).toMatchObject({ status: "non-finite", firstBadIndex: 0, times: [0] });
    const { s, y } = solution.lastGood;
    expect(s).toBeGreaterThan(0.2);
    expect(s).toBeLessThanOrEqual(0.6 + 1e-7);
    expect(toFloat64(y)[0]).toBeCloseTo(Math.exp(-s), 2);
    expect(solution.message).toMatch(/s = 0\.\d/);
    expect(stepsTried(solution)).toBeLessThan(MOST_STEPS);
  });

  test.each(cases)("$name in $dtype: in a weight", async ({ options, dtype }) => {
    const field = controlledField(dtype);
    const broken = { ...field, parameters: { w: fromNumbers([0.7, Number.NaN], [2], dtype) } };
    const controls = { x: control(dtype) };
    const solution = await solveField(broken, initialState(), { ...options, controls });
    expect(solution.status).toBe("non-finite");
    // Step control evaluates f first, where only z₂' is bad; a fixed step has spread it.
    expect(solution.firstBadIndex).toBe(options === controlled ? 1 : 0);
  });

  test.each(cases)("$name in $dtype: a state that blows up", async ({ options, dtype }) => {
    const field = scalarField((_, z) => exp(square(z)), dtype);
    const solution = await solveField(field, column(0.5, 2), options);
    expect(["non-finite", "step-underflow"]).toContain(solution.status);
    expect(Number.isFinite(toFloat64(solution.lastGood.y)[1])).toBe(true);
    expect(stepsTried(solution)).toBeLessThan(MOST_STEPS);
  });
});

describe("step control ends", () => {
  test("at its step limit", async () => {
    const solution = await solveField(decay(), column(1), {
      ...controlled,
      method: "dopri5@1e-5,maxSteps=2",
    });
    expect(solution.status).toBe("step-limit");
    expect(solution.statistics.acceptedSteps + solution.statistics.rejectedSteps).toBe(2);
  });

  test.each(["float32", "float64"] as const)("at minStep, and at jumps without it, in %s", async (dtype) => {
    const jump = scalarField((s, z) => where(less(s, 0.5), mul(z, 0), 1e6), dtype);
    const tight = { span: [0, 1], method: "dopri5@1e-5" } as const;
    const stopped = await solveField(jump, column(0), { ...tight, method: "dopri5@1e-5,minStep=1e-3" });
    expect(stopped.status).toBe("step-underflow");
    expect(stopped.lastGood.s).toBeGreaterThan(0.3);
    const free = await solveField(jump, column(0), tight);
    expect(stepsTried(free)).toBeLessThan(MOST_STEPS);
    expect(toFloat64(free.states[1] ?? column(Number.NaN))[0]).toBeCloseTo(5e5, -2);
  });

  test.each(["float32", "float64"] as const)("at a pole, in %s", async (dtype) => {
    const field = scalarField((_, z) => square(z), dtype);
    const solution = await solveField(field, column(1), { span: [0, 2], method: "dopri5@1e-5" });
    expect(["step-underflow", "non-finite"]).toContain(solution.status);
    expect(solution.lastGood.s).toBeCloseTo(1, 2);
    expect(stepsTried(solution)).toBeLessThan(MOST_STEPS);
  });
});

describe("tolerances in float32 and float64", () => {
  test.each(["float32", "float64"] as const)("atol = 0 lets exact zeros pass, in %s", async (dtype) => {
    const zeros = orThrow(
      await solveField(decay(dtype), column(1, 0), { span: [0, 1], method: "dopri5@rtol=1e-5,atol=0" }),
    );
    expect(toFloat64(zeros.states[1] as Tensor)[1]).toBe(0);
    expect(zeros.statistics.nfe).toBeLessThan(60);
    const nothing = orThrow(
      await solveField(decay(dtype), column(0, 0), { span: [0, 1], method: "dopri5@rtol=1e-5,atol=0" }),
    );
    expect(toFloat64(nothing.states[1] as Tensor)).toEqual(Float64Array.of(0, 0));
  });

  test.each(["float32", "float64"] as const)(
    "atol = 0 and a state that leaves zero, in %s",
    async (dtype) => {
      const field = scalarField((_, z) => sub(1, z), dtype);
      const solution = await solveField(field, column(0, 0.5), {
        span: [0, 1],
        method: "dopri5@rtol=1e-4,atol=0",
      });
      expect(solution.status).toBe("success");
      expect(toFloat64(solution.states[1] as Tensor)[0]).toBeCloseTo(1 - Math.exp(-1), 3);
    },
  );

  test.each([1e-20, 1e12])("states near %d in float32 take the same steps as in float64", async (scale) => {
    const options = { span: [0, 2], method: "dopri5@rtol=1e-4,atol=0" } as const;
    const runs = (["float32", "float64"] as const).map((dtype) =>
      solveField(
        scalarField((s, z) => mul(z, sub(s, 1)), dtype),
        column(scale, 2 * scale),
        options,
      ),
    );
    const [single, double] = await Promise.all(runs);
    expect(single?.status).toBe("success");
    expect(single?.statistics.nfe).toBe(double?.statistics.nfe);
  });

  test("an error ratio beyond float32's squares shrinks the step; that is underflow, not a bad number", async () => {
    const options = { span: [0, 1], method: "dopri5@rtol=0,atol=1e-3" } as const;
    const field = scalarField((s, z) => where(less(s, 0.3), mul(z, 0), 1e28), "float32");
    const solution = await solveField(field, column(0), options);
    const plain = await solve((s) => [s < 0.3 ? 0 : 1e28], [0], options);
    expect(solution.status).toBe(plain.status);
    expect(solution.status).toBe("step-underflow");
    expect(solution.lastGood.s).toBeCloseTo(0.3, 6);
  });
});

describe("interruption and progress", () => {
  test.each([
    ["fixed", { span: [0, 1], method: "euler:1000" }],
    ["adaptive", { span: [0, 1e3], method: "dopri5@1e-5,maxStep=1e-1" }],
  ] as const)("%s: a signal in the middle stops it", async (_, options) => {
    const abort = new AbortController();
    let seen = 0;
    const onStep = () => {
      if (++seen === 5) abort.abort();
    };
    const solution = await solveField(decay(), column(1), { ...options, signal: abort.signal, onStep });
    expect(solution.status).toBe("interrupted");
    expect(solution.statistics.acceptedSteps).toBe(5);
    expect(solution.lastGood.s).toBeGreaterThan(0);
  });

  test("a signal changes nothing about the program: one that is a whole solve looks before and after", async () => {
    const abort = new AbortController();
    const watched = await compileSolve(decay("float32"), { ...unrolled, signal: abort.signal });
    const free = await compileSolve(decay("float32"), unrolled);
    const start = column(1, -0.3, 7.1);
    const [ours, theirs] = [await watched.run(start), await free.run(start)];
    expect(ours.states).toEqual(theirs.states);
    expect({ ...ours.statistics, milliseconds: 0 }).toEqual({ ...theirs.statistics, milliseconds: 0 });
    // Raised while the program runs: all four steps are done by the time that it is looked at.
    const running = watched.run(start);
    abort.abort();
    const stopped = await running;
    expect(stopped).toMatchObject({ status: "interrupted", statistics: { acceptedSteps: 4, nfe: 16 } });
    expect(stopped.states).toEqual(theirs.states);
    expect(await watched.run(start)).toMatchObject({ status: "interrupted", statistics: { nfe: 0 } });
    await watched.dispose();
    await free.dispose();
  });

  test("a timer can stop a long solve", async () => {
    const options = { span: [0, 1], method: "euler:1e6", signal: AbortSignal.timeout(50) } as const;
    const solution = await solveField(decay(), column(1), options);
    expect(solution.status).toBe("interrupted");
  });
});

describe("a compiled solve", () => {
  test.each(everyWay)("$name: runs for any batch, many times, until disposed", async ({ options }) => {
    const compiled = await compileSolve(decay(), options);
    const one = orThrow(await compiled.run(column(1)));
    const three = orThrow(await compiled.run(column(1, 2, 3)));
    expect(three.states[1]?.shape).toEqual([3, 1]);
    expect(toFloat64(one.states[1] as Tensor)[0]).toBeCloseTo(Math.exp(-1), 3);
    await compiled.dispose();
    await compiled.dispose();
    await expect(compiled.run(column(1))).rejects.toMatchObject({ code: "DISPOSED" });
  });

  test("reports f calls and multiply–accumulates", async () => {
    const field = defineField(["batch", 2], (_, z) => div(z, 2));
    const { statistics } = await solveField(field, fromNumbers([1, 2], [1, 2]), unrolled);
    expect(statistics).toMatchObject({ nfe: 16, gCalls: 0, macs: 0, acceptedSteps: 4, rejectedSteps: 0 });
  });

  test("takes z0 in either float type and answers in the field's", async () => {
    const z0 = fromNumbers([1], [1, 1], "float32");
    const { states } = await solveField(decay("float64"), z0, unrolled);
    expect(states.map(({ dtype }) => dtype)).toEqual(["float64", "float64"]);
  });
});
