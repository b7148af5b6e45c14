import { describe, expect, test } from "vitest";
import {
  adaptive,
  adaptiveHeun,
  bosh3,
  type CompiledGradient,
  compileGradient,
  dopri5,
  fixed,
  gradientThroughSolve,
  multistep,
  multistepMethods,
  type StepEvent,
  solveField,
  tableaus,
  tsit5,
} from "../../src/ode/index.js";
import type { Grid, SolvePlace } from "../../src/ode/internal.js";
import { fromNumbers, type Tensor, toFloat64 } from "../../src/tensor/index.js";
import { relativeDifference } from "../helpers/compare.js";
import { control, controlledField, initialState } from "../helpers/controlled-field.js";
import { SAME_NUMERICS } from "../helpers/tolerances.js";

const field = controlledField();
/** What a solve depends on, by name: the initial state, the control, the parameter. */
const origin = { z0: initialState(), x: control(), w: field.parameters.w as Tensor };
type Point = typeof origin;

/** L = Σᵢ Σⱼ cos(j) (i + 1) zⱼ(tᵢ)² over requested times, and its cotangents. */
const weight = (time: number, j: number): number => Math.cos(j) * (time + 1);
const lossOf = (states: readonly Tensor[]): number =>
  states.reduce(
    (total, state, i) => toFloat64(state).reduce((sum, z, j) => sum + weight(i, j) * z * z, total),
    0,
  );
const cotangentsOf = (states: readonly Tensor[]): Tensor[] =>
  states.map((state, i) =>
    fromNumbers(
      toFloat64(state).map((z, j) => 2 * weight(i, j) * z),
      state.shape,
      state.dtype,
    ),
  );

/** Central differences of step 1e-5 in float64: both errors near 1e-10. */
const STEP = 1e-5;
const FINITE_DIFFERENCE = 1e-6;

async function differences(loss: (point: Point) => Promise<number>, name: keyof Point): Promise<number[]> {
  const result: number[] = [];
  for (const index of toFloat64(origin[name]).keys()) {
    const moved = (by: number): Point => {
      const values = Float64Array.from(toFloat64(origin[name]));
      values[index] = (values[index] ?? 0) + by;
      return { ...origin, [name]: fromNumbers(values, origin[name].shape, "float64") };
    };
    result.push(((await loss(moved(STEP))) - (await loss(moved(-STEP)))) / (2 * STEP));
  }
  return result;
}

async function expectDerivative(
  gradient: CompiledGradient,
  lossAt: (point: Point) => Promise<number>,
): Promise<void> {
  const { z0, controls, parameters } = await gradient.run(origin.z0, cotangentsOf, {
    controls: { x: origin.x },
  });
  const ours = { z0, x: controls.x as Tensor, w: parameters.w as Tensor };
  for (const name of ["z0", "x", "w"] as const) {
    expect(ours[name].shape).toEqual(origin[name].shape);
    const expected = await differences(lossAt, name);
    expect(relativeDifference(toFloat64(ours[name]), expected)).toBeLessThan(FINITE_DIFFERENCE);
  }
}

describe("gradients of fixed steps agree with central differences, for z0, controls and parameters", () => {
  const runs: readonly (readonly [string, SolvePlace, Grid])[] = [
    ["forward", { span: [0.1, 1.2] }, { steps: 2 }],
    ["reversed, intermediate times", { times: [1.2, 0.8, -0.3] }, { steps: 1 }],
    ["a mesh that is not uniform, a state at each point", {}, { mesh: [0, 0.4, 0.5] }],
  ];
  const methods = [
    ...Object.values(tableaus).map((tableau) => fixed(tableau, { steps: 1 })),
    ...Object.values(multistepMethods).map((method) => multistep(method, { steps: 1 })),
  ];
  const cases = methods.flatMap((method) =>
    runs.map(([name, place, grid]) => ({ name, options: { ...place, method: method.withGrid(grid) } })),
  );
  test.each(cases)("$options.method.name: $name", async ({ options }) => {
    const gradient = await compileGradient(field, options);
    const zero = (states: readonly Tensor[]) => states.map(() => undefined);
    await expectDerivative(gradient, async ({ z0, x, w }) => {
      const { solution } = await gradient.run(z0, zero, { controls: { x }, parameters: { w } });
      return lossOf(solution.states);
    });
    await gradient.dispose();
  });
});

describe("gradients of accepted steps agree with central differences of the solve on frozen steps", () => {
  const runs: readonly (readonly [string, readonly number[]])[] = [
    ["forward", [0.1, 1.2]],
    ["reversed, intermediate times", [1.2, 0.8, -0.3]],
  ];
  const methods = [dopri5, tsit5, bosh3, adaptiveHeun];
  const cases = methods.flatMap((method) => runs.map(([name, times]) => ({ name, method, times })));

  test.each(cases)("$method.name: $name", async ({ method, times }) => {
    const mesh = [times[0] ?? 0];
    const onStep = ({ s, dt, accepted }: StepEvent<Tensor>) => {
      if (!accepted) return;
      const end = times.find((time) => Math.abs(s + dt - time) < 1e-12);
      mesh.push(end ?? s + dt);
    };
    const gradient = await compileGradient(field, {
      times,
      method: adaptive(method, { rtol: 1e-4, atol: 1e-4 }),
      onStep,
    });
    const { solution } = await gradient.run(origin.z0, cotangentsOf, { controls: { x: origin.x } });
    const frozenMesh = [...mesh];
    expect(solution.times).toEqual(times);
    expect(frozenMesh.length - 1).toBe(solution.statistics.acceptedSteps);
    const frozen = await compileGradient(field, { method: fixed(method, { mesh: frozenMesh }) });
    const atTimes = times.map((time) => frozenMesh.indexOf(time));
    await expectDerivative(gradient, async ({ z0, x, w }) => {
      const run = await frozen.run(z0, (states) => states.map(() => undefined), {
        controls: { x },
        parameters: { w },
      });
      return lossOf(atTimes.map((i) => run.solution.states[i] as Tensor));
    });
    await gradient.dispose();
    await frozen.dispose();
  });
});

describe("a differentiated solve", () => {
  test("solves as without derivative", async () => {
    const options = { times: [0, 0.5, 2], method: "rk4:3" } as const;
    const controls = { x: control() };
    const { solution } = await gradientThroughSolve(field, origin.z0, { ...options, controls }, cotangentsOf);
    const plain = await solveField(field, origin.z0, { ...options, controls });
    expect(solution.times).toEqual(plain.times);
    expect(solution.statistics).toMatchObject({ nfe: plain.statistics.nfe, macs: plain.statistics.macs });
    solution.states.forEach((state, i) => {
      const other = toFloat64(plain.states[i] as Tensor);
      expect(relativeDifference(toFloat64(state), other)).toBeLessThan(SAME_NUMERICS);
    });
  });

  test("on the reference device gives the same, in the field's type", async () => {
    const options = { span: [0, 1], method: "heun:3", controls: { x: control("float32") } } as const;
    const single = controlledField("float32");
    const [cpu, reference] = await Promise.all(
      (["cpu", "reference"] as const).map((device) =>
        gradientThroughSolve(single, origin.z0, { ...options, device }, cotangentsOf),
      ),
    );
    expect(reference?.z0.dtype).toBe("float32");
    for (const [a, b] of [
      [cpu?.z0, reference?.z0],
      [cpu?.parameters.w, reference?.parameters.w],
    ])
      expect(relativeDifference(toFloat64(a as Tensor), toFloat64(b as Tensor))).toBeLessThan(2e-6);
  });

  test("over a span of zero length passes cotangents through", async () => {
    for (const options of [{ span: [1, 1] }, { span: [1, 1], method: "rk4:2" }] as const) {
      const cotangent = initialState();
      const all = { ...options, controls: { x: control() } };
      const result = await gradientThroughSolve(field, origin.z0, all, cotangent);
      expect(result.z0).toEqual(cotangent);
      expect(toFloat64(result.parameters.w as Tensor)).toEqual(Float64Array.of(0, 0));
    }
  });

  test("takes other parameters at every run, and compiles once", async () => {
    const gradient = await compileGradient(field, { span: [0, 1], method: "heun:4" });
    const controls = { x: control() };
    const own = await gradient.run(origin.z0, cotangentsOf, { controls });
    const w = fromNumbers([0.1, 0.2], [2], "float64");
    const other = await gradient.run(origin.z0, cotangentsOf, { controls, parameters: { w } });
    const again = await gradient.run(origin.z0, cotangentsOf, { controls });
    expect(other.z0).not.toEqual(own.z0);
    expect(again.z0).toEqual(own.z0);
    expect(again.parameters).toEqual(own.parameters);
    await gradient.dispose();
    await expect(gradient.run(origin.z0, cotangentsOf, { controls })).rejects.toMatchObject({
      code: "DISPOSED",
    });
  });

  test("refuses a cotangent of another shape, or of too few states", async () => {
    const options = { span: [0, 1], method: "heun:4", controls: { x: control() } } as const;
    for (const cotangent of [fromNumbers([1, 2], [2], "float64"), [initialState()]])
      await expect(gradientThroughSolve(field, origin.z0, options, cotangent)).rejects.toMatchObject({
        code: "SHAPE_MISMATCH",
      });
  });

  test("of a solve that fails is an error with the facts of the failure", async () => {
    const controls = { x: control() };
    const nan = fromNumbers([1, 2, Number.NaN, 4, 5, 6], [3, 2], "float64");
    const fixed = { span: [0, 1], method: "heun:4", controls } as const;
    await expect(gradientThroughSolve(field, nan, fixed, cotangentsOf)).rejects.toMatchObject({
      code: "NON_FINITE",
      facts: { details: { firstBadIndex: 2 } },
    });
    const limited = { span: [0, 1], method: "dopri5@maxSteps=2", controls } as const;
    await expect(gradientThroughSolve(field, origin.z0, limited, cotangentsOf)).rejects.toMatchObject({
      code: "STEP_LIMIT",
    });
  });

  test("stops at its signal", async () => {
    const abort = new AbortController();
    const options = { span: [0, 1], method: "heun:4", signal: abort.signal } as const;
    const gradient = await compileGradient(field, options);
    const cotangent = (states: readonly Tensor[]) => {
      abort.abort();
      return cotangentsOf(states);
    };
    await expect(gradient.run(origin.z0, cotangent, { controls: { x: control() } })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    await gradient.dispose();
  });
});
