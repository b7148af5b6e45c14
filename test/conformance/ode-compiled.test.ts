import { describe, expect, test } from "vitest";
import { less, mul, where } from "../../src/graph/index.js";
import {
  adaptive,
  adaptiveHeun,
  alpha,
  bosh3,
  compileSolve,
  dopri5,
  dopri8,
  type FieldSolution,
  fixed,
  heun,
  multistep,
  multistepMethods,
  orThrow,
  rk4,
  type Solution,
  type SolveOptions,
  solve,
  solveField,
  tableaus,
  tsit5,
} from "../../src/ode/index.js";
import { type Grid, isAdaptive, type SolvePlace } from "../../src/ode/internal.js";
import type { StepControl } from "../../src/ode/step-control/step-control.js";
import { cast, type Tensor, toFloat64 } from "../../src/tensor/index.js";
import { relativeDifference } from "../helpers/compare.js";
import {
  control,
  controlledField,
  controlledPlain,
  depthShapes,
  initialState,
  scalarField,
} from "../helpers/controlled-field.js";
import { adaptiveTableaus } from "../helpers/tableaus.js";
import { SAME_NUMERICS } from "../helpers/tolerances.js";

const y0 = toFloat64(initialState());

type Options = Omit<SolveOptions, "onStep" | "norm">;

async function both(options: Options): Promise<[Solution<Float64Array>, FieldSolution]> {
  const plain = orThrow(await solve(controlledPlain, y0, options));
  const compiled = await solveField(controlledField(), initialState(), {
    ...options,
    controls: { x: control() },
  });
  orThrow(compiled);
  return [plain, compiled];
}

function expectSame(plain: Solution<Float64Array>, compiled: FieldSolution, tolerance: number): void {
  const { milliseconds: _, ...statistics } = plain.statistics;
  expect(compiled.statistics).toMatchObject(statistics);
  expect(compiled.times).toEqual(plain.times);
  // Beyond t1 it is where the last step ended: step sizes repeat the rounding of error estimates, enlarged.
  if (plain.lastGood.s === plain.times.at(-1)) expect(compiled.lastGood.s).toBe(plain.lastGood.s);
  else expect(Math.abs(compiled.lastGood.s - plain.lastGood.s)).toBeLessThan(1e-4);
  expect(compiled.states.length).toBe(plain.states.length);
  plain.states.forEach((y, i) => {
    expect(relativeDifference(toFloat64(compiled.states[i] as Tensor), y)).toBeLessThan(tolerance);
  });
}

const runs: readonly (readonly [string, SolvePlace, Grid])[] = [
  ["forward", { span: [0, 1.7] }, { steps: 5 }],
  ["reversed", { span: [1.2, -0.4] }, { steps: 4 }],
  ["one step", { span: [0.1, 0.7] }, { steps: 1 }],
  ["zero length", { span: [3, 3] }, { steps: 4 }],
  ["one time", { times: [3] }, { steps: 4 }],
  ["a mesh that is not uniform", {}, { mesh: [0, 0.1, 0.5, 0.55, 2] }],
  ["intermediate times", { times: [0, 0.3, 1, 1.1] }, { steps: 2 }],
  ["more evaluations than are unrolled", { span: [0, 2] }, { steps: 150 }],
];

describe("plain and compiled solves agree: fixed steps", () => {
  const methods = [
    ...[...Object.values(tableaus), alpha(0.6)].map((tableau) => fixed(tableau, { steps: 1 })),
    ...Object.values(multistepMethods).map((method) => multistep(method, { steps: 1 })),
  ];
  // Every kind of run by one method with stages and one with a history; those by all differ in numbers alone.
  const everyRun = ["rk4", "ab3"];
  const cases = methods.flatMap((method) =>
    runs
      .filter(([name]) => everyRun.includes(method.name) || name === "reversed")
      .map(([name, place, grid]) => ({ name, options: { ...place, method: method.withGrid(grid) } })),
  );
  test.each(cases)("$options.method.name: $name", async ({ options }) => {
    expectSame(...(await both(options)), SAME_NUMERICS);
  });

  test("a signal or a callback only changes how, not what", async () => {
    const options = { span: [0, 1.7], method: "rk4:5", controls: { x: control() } } as const;
    const unrolled = await solveField(controlledField(), initialState(), options);
    const seen: number[] = [];
    const looped = await solveField(controlledField(), initialState(), {
      ...options,
      onStep: ({ s }) => seen.push(s),
    });
    expect(seen.length).toBe(5);
    expect(looped.statistics.nfe).toBe(unrolled.statistics.nfe);
    const [a, b] = [looped, unrolled].map(({ states }) => toFloat64(states[1] as Tensor));
    expect(relativeDifference(a ?? [], b ?? [])).toBeLessThan(SAME_NUMERICS);
  });
});

describe("plain and compiled solves agree: step control", () => {
  const adaptiveRuns: readonly (readonly [string, SolvePlace, Partial<StepControl>])[] = [
    ["forward", { span: [0, 1.7] }, {}],
    ["reversed, intermediate times", { times: [1.2, 1, 0.1, -0.4] }, {}],
    ["zero length", { span: [3, 3] }, {}],
    ["overshooting", { times: [0, 0.8, 1.7] }, { lastStep: "overshoot" }],
    ["without reuse", { times: [0, 0.4, 1.7] }, { reuseLastStage: false }],
    ["from a given first step", { span: [0, 1] }, { firstStep: 0.07, maxStep: 0.2 }],
  ];
  // Every kind of run by methods whose last stage starts the next step, with f at its end and with f beside it.
  const cases = adaptiveTableaus.flatMap((method) =>
    adaptiveRuns
      .filter(([name]) => [adaptiveHeun, dopri5].includes(method) || name === "reversed, intermediate times")
      .map(([name, place, control]) => ({ name, place, control, method })),
  );
  test.each(cases)("$method.name: $name", async ({ place, control, method }) => {
    const options = { ...place, method: adaptive(method, { rtol: 1e-6, atol: 1e-6, ...control }) };
    // Same numbers but for step sizes, which repeat the rounding of estimates: 1e-15 of dopri8's, far below tolerance.
    expectSame(...(await both(options)), method === dopri8 ? 1e-7 : 1e-9);
  });
});

describe("a model may declare its depth as a scalar, [1], [batch] or [batch, 1]", () => {
  const shapes = Object.keys(depthShapes) as (keyof typeof depthShapes)[];
  test.each(shapes)("%s", async (depth) => {
    for (const options of [{ span: [0, 1.7], method: "rk4:4" }, { span: [0, 1.7] }] as const) {
      const plain = await solve(controlledPlain, y0, options);
      const controls = { x: control() };
      const compiled = await solveField(controlledField("float64", depth), initialState(), {
        ...options,
        controls,
      });
      expectSame(plain, compiled, 1e-9);
    }
  });
});

describe("float32", () => {
  test("the reference device, float32 and float64 agree to rounding", async () => {
    for (const options of [{ method: "rk4:8" }, { method: "rk4:80" }, { method: "dopri5@1e-4" }]) {
      const all = { span: [0, 1.7], controls: { x: control("float32") }, ...options } as const;
      const [exact] = await both({ span: [0, 1.7], ...options });
      const device = await solveField(controlledField("float32"), initialState(), all);
      const reference = await solveField(controlledField("float32"), initialState(), {
        ...all,
        device: "reference",
      });
      for (const { states, statistics } of [device, reference]) {
        expect(states[1]?.dtype).toBe("float32");
        expect(statistics.nfe).toBe(exact.statistics.nfe);
        const state = toFloat64(states[1] as Tensor);
        // Step control also rounds its step sizes: then results differ within the tolerance.
        const tolerance = options.method.includes("@") ? 1e-5 : 2e-6;
        expect(relativeDifference(state, exact.states[1] ?? [])).toBeLessThan(tolerance);
      }
    }
  });
});

describe("f is never evaluated outside the span", () => {
  // Awkward ends: neither they nor their differences are exact in float32 or float64.
  const spans = [
    [0.1, 0.7],
    [0.7, 0.1],
    [-1 / 3, 1e-9],
    [100.1, 100.3],
    [1e-3, -2 / 7],
  ] as const;
  const cases = spans.flatMap((span) =>
    (["float32", "float64"] as const).flatMap((dtype) =>
      [heun, rk4, bosh3, dopri5, tsit5, dopri8].map((method) => ({ span, dtype, method })),
    ),
  );
  // All methods on one span in each direction, and one of either kind on those that round worse.
  const affordable = cases.filter(
    ({ span, method }) => spans.indexOf(span) < 2 || [rk4, dopri5].includes(method),
  );

  test.each(affordable)("$method.name in $dtype on $span", async ({ span, dtype, method }) => {
    const round = dtype === "float32" ? Math.fround : Number;
    const [low, high] = [round(Math.min(...span)), round(Math.max(...span))];
    const field = scalarField(
      (s, z) => where(less(s, low), Number.NaN, where(less(high, s), Number.NaN, mul(z, -0.5))),
      dtype,
    );
    const z0 = cast({ dtype: "float64", shape: [2, 1], data: Float64Array.of(1, 2) }, dtype);
    const byControl = isAdaptive(method) ? [adaptive(method, { rtol: 1e-3, atol: 1e-3 })] : [];
    for (const each of [fixed(method, { steps: 3 }), fixed(method, { steps: 70 }), ...byControl]) {
      const run = await compileSolve(field, { span, method: each });
      const solution = await run.run(z0);
      expect(solution.status).toBe("success");
      expect(solution.statistics.rejectedSteps).toBe(0);
      await run.dispose();
    }
  });
});
