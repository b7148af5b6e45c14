import { describe, expect, test } from "vitest";
import {
  adaptive,
  adaptiveHeun,
  bosh3,
  type CompiledSolve,
  compileSolve,
  dopri5,
  fixed,
  type GradientOptions,
  gradientThroughSolve,
  heun,
  orThrow,
  rk4,
  type SolveGradient,
  tableaus,
  tsit5,
} from "../../src/ode/index.js";
import { fromNumbers, type Tensor, toFloat64 } from "../../src/tensor/index.js";
import { expectClose, relativeDifference } from "../helpers/compare.js";
import { control, controlledField, initialState } from "../helpers/controlled-field.js";
import { float32GradientRounding, oracleField } from "../helpers/mlp-field.js";
import { readOracle } from "../helpers/oracle.js";

const field = controlledField();
/** What a solve depends on, by name: the initial state, the control, the parameter. */
const origin = { z0: initialState(), x: control(), w: field.parameters.w as Tensor };

/** L = Σᵢ Σⱼ cos(j) (i + 1) zⱼ(tᵢ)², which looks at every requested time. */
const weight = (time: number, j: number): number => Math.cos(j) * (time + 1);
const lossOf = (states: readonly Tensor[]): number =>
  states.reduce(
    (total, state, i) => toFloat64(state).reduce((sum, z, j) => sum + weight(i, j) * z * z, total),
    0,
  );
const cotangentsOf = (states: readonly Tensor[]): Tensor[] =>
  states.map((state, i) => {
    const values = toFloat64(state).map((z, j) => 2 * weight(i, j) * z);
    return fromNumbers(values, state.shape, state.dtype);
  });

const run = (options: GradientOptions): Promise<SolveGradient> =>
  gradientThroughSolve(field, origin.z0, { ...options, controls: { x: origin.x } }, cotangentsOf);

const named = ({ z0, parameters, controls }: SolveGradient): Readonly<Record<string, Tensor>> => ({
  z0,
  ...parameters,
  ...controls,
});

/** Largest relative difference of two results, over every gradient in them. */
function difference(a: SolveGradient, b: SolveGradient): number {
  const [ours, others] = [named(a), named(b)];
  expect(Object.keys(ours).sort()).toEqual(Object.keys(others).sort());
  const gaps = Object.entries(ours).map(([name, value]) => {
    expect(value.shape).toEqual(others[name]?.shape);
    return relativeDifference(toFloat64(value), toFloat64(others[name] as Tensor));
  });
  return Math.max(...gaps);
}

const exactRuns = new Map<string, Promise<SolveGradient>>();
/** The discrete gradient of a tight solve over these times; solved once for all that are compared with it. */
function exactOver(times: readonly number[]): Promise<SolveGradient> {
  const key = times.join();
  const exact = exactRuns.get(key) ?? run({ times, method: "dopri5@1e-12" });
  exactRuns.set(key, exact);
  return exact;
}

const spans = [
  ["forward", [0.1, 1.2]],
  ["several times", [0, 0.4, 1.1, 1.5]],
  ["reversed, several times", [1.2, 0.8, -0.3]],
] as const;

/** One method on every span, the others on the last, which has all in it. */
const casesOf = <M>(methods: readonly M[], thorough: M) =>
  methods.flatMap((method) =>
    spans
      .filter((span) => method === thorough || span === spans[2])
      .map(([name, times]) => ({ method, name, times })),
  );

/** Errors of two solves add up; that of bosh3 is some ten tolerances on these spans. */
const TOLERANCES_OFF = 20;

describe("the continuous gradient tends to the discrete one as tolerances tighten", () => {
  const methods = [dopri5, tsit5, bosh3, adaptiveHeun];
  const cases = casesOf(methods, dopri5);
  test.each(cases)("$method.name: $name", async ({ method, times }) => {
    // Low orders make tight tolerances expensive.
    const tolerances = method.order > 3 ? [1e-4, 1e-9] : [1e-3, 1e-4];
    const exact = await exactOver(times);
    for (const tolerance of tolerances) {
      const control = { times, method: adaptive(method, { rtol: tolerance, atol: tolerance }) };
      const ours = await run({ ...control, adjoint: "continuous" });
      expect(difference(ours, exact)).toBeLessThan(TOLERANCES_OFF * tolerance);
      const semi = await run({
        ...control,
        adjoint: { kind: "continuous", norm: "seminorm" },
      });
      expect(difference(semi, exact)).toBeLessThan(TOLERANCES_OFF * tolerance);
      expect(semi.backward.acceptedSteps).toBeLessThanOrEqual(ours.backward.acceptedSteps);
    }
  });
});

describe("on fixed steps it converges with the order of the method", () => {
  const methods = [heun, rk4, tableaus.euler ?? heun];
  const cases = casesOf(methods, rk4);
  test.each(cases)("$method.name: $name", async ({ method, times }) => {
    const exact = await exactOver(times);
    const gaps: number[] = [];
    for (const steps of [16, 32]) {
      const ours = await run({ times, method: fixed(method, { steps }), adjoint: "continuous" });
      gaps.push(difference(ours, exact));
      const acceptedSteps = steps * (times.length - 1);
      expect(ours.backward).toMatchObject({
        nfe: acceptedSteps * method.stages,
        acceptedSteps,
        rejectedSteps: 0,
      });
    }
    const slope = Math.log2((gaps[0] ?? 0) / (gaps[1] ?? 1));
    expect(slope).toBeGreaterThan(method.order - 0.3);
  });

  test("a mesh that is not uniform is taken in reverse, a state at each point", async () => {
    const mesh = Array.from({ length: 41 }, (_, i) => (i / 40) ** 1.5);
    const [ours, exact] = [
      await run({ method: fixed(rk4, { mesh }), adjoint: "continuous" }),
      await run({ method: fixed(rk4, { mesh }) }),
    ];
    expect(ours.backward.acceptedSteps).toBe(40);
    expect(difference(ours, exact)).toBeLessThan(1e-6);
  });
});

describe("it agrees with central differences of the loss", () => {
  /** Both errors near 1e-9: of the quotient, and of the solves at 1e-10 divided by the step. */
  const STEP = 1e-4;
  const FINITE_DIFFERENCE = 1e-6;

  /** Programs hold parameters, and take the rest. */
  const compiledAt = (times: readonly number[], w: Tensor): Promise<CompiledSolve> =>
    compileSolve({ ...field, parameters: { w } }, { times, method: "dopri5@1e-12" });

  test.each(spans)("%s", async (_, times) => {
    const atOrigin = await compiledAt(times, origin.w);
    const lossAt = async ({ z0, x, w }: typeof origin): Promise<number> => {
      const solve = w === origin.w ? atOrigin : await compiledAt(times, w);
      const loss = lossOf(orThrow(await solve.run(z0, { x })).states);
      if (solve !== atOrigin) await solve.dispose();
      return loss;
    };
    const ours = named(await run({ times, method: "dopri5@1e-10", adjoint: "continuous" }));
    for (const name of ["z0", "x", "w"] as const) {
      const values = toFloat64(origin[name]);
      const expected: number[] = [];
      for (const index of values.keys()) {
        const at = (by: number): Promise<number> => {
          const moved = values.map((value, i) => (i === index ? value + by : value));
          return lossAt({ ...origin, [name]: fromNumbers(moved, origin[name].shape, "float64") });
        };
        expected.push(((await at(STEP)) - (await at(-STEP))) / (2 * STEP));
      }
      expect(relativeDifference(toFloat64(ours[name] as Tensor), expected)).toBeLessThan(FINITE_DIFFERENCE);
    }
    await atOrigin.dispose();
  });
});

describe("oracle: the continuous gradient of Σ z(1.5)² agrees with torchdiffeq's", () => {
  const oracle = readOracle("odeint_gradient");
  const z0 = readOracle("odeint_field").get("z0");
  const expected = Object.entries(oracle.group("grad."));
  const doubled = (states: readonly Tensor[]): Tensor => {
    const end = states.at(-1) as Tensor;
    return fromNumbers(
      toFloat64(end).map((value) => 2 * value),
      end.shape,
      end.dtype,
    );
  };

  test.each([
    ["full norm, dopri5", { method: "dopri5@1e-11", adjoint: "continuous" }],
    ["full norm, tsit5", { method: "tsit5@1e-11", adjoint: "continuous" }],
    ["seminorm, dopri5", { method: "dopri5@1e-11", adjoint: { kind: "continuous", norm: "seminorm" } }],
  ] as const)("oracle %s at 1e-11 in float64, and every weight", async (_, options) => {
    const tight = { span: [0, 1.5], ...options } as const;
    const ours = named(await gradientThroughSolve(oracleField("float64"), z0, tight, doubled));
    expect(Object.keys(ours).sort()).toEqual(expected.map(([name]) => name).sort());
    for (const [name, value] of expected) expectClose(ours[name] as Tensor, value, 1e-8);
  });

  test("oracle rk4 with 64 steps", async () => {
    const options = { span: [0, 1.5], method: fixed(rk4, { steps: 64 }), adjoint: "continuous" } as const;
    const ours = named(await gradientThroughSolve(oracleField("float64"), z0, options, doubled));
    for (const [name, value] of expected) expectClose(ours[name] as Tensor, value, 1e-6);
  });

  test("oracle float32: the rounding of as many operations", async () => {
    const options = { span: [0, 1.5], method: fixed(rk4, { steps: 64 }), adjoint: "continuous" } as const;
    const ours = named(await gradientThroughSolve(oracleField("float32"), z0, options, doubled));
    for (const [name, value] of expected) {
      expect(ours[name]?.dtype).toBe("float32");
      expectClose(ours[name] as Tensor, value, 1e-6 + float32GradientRounding(4 * 64));
    }
  });
});
