import { describe, expect, test } from "vitest";
import {
  type ControlProblem,
  cartPole,
  compileRollout,
  compileRolloutGradient,
  pendulum,
} from "../../../src/control/index.js";
import { resolveProblem } from "../../../src/control/problem/resolve-problem.js";
import { intervalMethod } from "../../../src/control/rollout/interval-method.js";
import { compileDifferentiablePieces } from "../../../src/control/rollout/piecewise-rollout.js";
import { add, cos, mul, reduceSum, sin, slice, square, sub } from "../../../src/graph/index.js";
import { hyper } from "../../../src/hypersolver/index.js";
import {
  defineField,
  euler,
  type Field,
  fieldAs,
  fixed,
  type Method,
  rk4,
  solveField,
} from "../../../src/ode/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { centralDifferences } from "../../helpers/finite-difference.js";
import { controlledCorrection } from "./controlled-correction.js";

const doubles = (values: readonly number[], shape: readonly number[]): Tensor =>
  fromNumbers(values, shape, "float64");

const normals = (seed: number, shape: readonly number[], scale = 1): Tensor => {
  const random = new Random(seed);
  const size = shape.reduce((product, extent) => product * extent, 1);
  return doubles(
    Array.from({ length: size }, () => scale * random.normal()),
    shape,
  );
};

/** A cost of everything: state, control and s; a constraint that is violated on the way. */
const balanced = (field: Field, horizon = 0.5): ControlProblem => ({
  field,
  bounds: { low: [-20], high: [20] },
  controlRate: 10,
  horizon,
  stageCost: (z, u, s) =>
    add(add(reduceSum(square(z), 1, true), mul(square(u), 0.1)), mul(sin(s), slice(z, 1, 0, 1))),
  terminalCost: (z, s) => add(sub(3, cos(slice(z, 1, 1, 2))), mul(s, slice(z, 1, 0, 1))),
  constraints: (z) => sub(square(z), 0.2),
  penalty: 7,
});

const cart = fieldAs(cartPole({ cartFriction: 0.3 }).field, "float64");
const options = { device: "reference" } as const;
const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

describe("a rollout", () => {
  test("is one solve after another with its control held", async () => {
    const rollout = await compileRollout(balanced(cart), { method: "rk4:2", ...options });
    const [z0, controls] = [normals(1, [3, 4], 0.3), normals(2, [3, 5, 1], 4)];
    const { states, cost, statistics } = await rollout.run(z0, controls, 0.7);
    let z = z0;
    const costs = [0, 0, 0];
    for (let n = 0; n < 5; n++) {
      const u = doubles(
        [0, 1, 2].map((row) => Number(controls.data[row * 5 + n])),
        [3, 1],
      );
      const values = toFloat64(z);
      for (const row of [0, 1, 2]) {
        const own = values.subarray(row * 4, row * 4 + 4);
        const stage = total(own.map((x) => x * x)) + 0.1 * Number(u.data[row]) ** 2;
        costs[row] = (costs[row] ?? 0) + 0.1 * (stage + Math.sin(0.7 + n * 0.1) * (own[0] ?? 0));
      }
      const solved = await solveField(cart, z, {
        span: [0, 0.1],
        method: "rk4:2",
        controls: { u },
        ...options,
      });
      z = solved.states.at(-1) as Tensor;
      const found = [0, 1, 2].flatMap((row) => [
        ...toFloat64(states).slice((row * 6 + n + 1) * 4, (row * 6 + n + 2) * 4),
      ]);
      expect(Math.max(...found.map((x, i) => Math.abs(x - Number(z.data[i]))))).toBeLessThan(1e-12);
    }
    const ends = toFloat64(z);
    for (const row of [0, 1, 2]) {
      const last = 3 - Math.cos(ends[row * 4 + 1] ?? 0) + 1.2 * (ends[row * 4] ?? 0);
      expect(cost[row]).toBeCloseTo((costs[row] ?? 0) + last, 5);
    }
    expect(statistics).toMatchObject({ nfe: 40, gCalls: 0 });
    await rollout.dispose();
  });

  test("tells the largest violation", async () => {
    const { low, high } = { low: [-20], high: [20] };
    const still = defineField(["batch", 2], (_, z, { u }) => add(mul(z, 0), mul(u as never, 0)), {
      controls: { u: { shape: ["batch", 1] } },
    });
    const problem = { ...balanced(fieldAs(still, "float64")), bounds: { low, high } };
    const rollout = await compileRollout(problem, { method: "euler:1", ...options });
    const { violation } = await rollout.run(doubles([0.1, 2, 0.1, 0.2], [2, 2]), normals(3, [2, 5, 1]));
    expect(violation[0]).toBeCloseTo(3.8, 6);
    expect(violation[1]).toBe(0);
    await rollout.dispose();
  });
});

const ways: readonly (readonly [string, Method])[] = [
  ["RK4", fixed(rk4, { steps: 1 })],
  ["two Euler steps an interval", fixed(euler, { steps: 2 })],
  ["HyperEuler, whose g sees the control", hyper(controlledCorrection(4, 1, "float64"), { steps: 1 })],
];

describe.each(ways)("gradients through %s", (_name, method) => {
  test("are those of central differences", async () => {
    const problem = balanced(cart, 0.4);
    const gradient = await compileRolloutGradient(problem, { method, ...options });
    const [z0, controls] = [normals(4, [2, 4], 0.4), normals(5, [2, 4, 1], 3)];
    const found = await gradient.run(z0, controls, 0.2);
    const objectiveAt = async (z: Tensor, u: Tensor): Promise<number> =>
      total((await gradient.run(z, u, 0.2)).objective);
    const ofControls = await centralDifferences((u) => objectiveAt(z0, u), controls);
    const ofStart = await centralDifferences((z) => objectiveAt(z, controls), z0);
    const worst = (values: Tensor, slopes: readonly number[]): number =>
      Math.max(...slopes.map((slope, i) => Math.abs(slope - Number(values.data[i])) / (1 + Math.abs(slope))));
    expect(worst(found.controls, ofControls)).toBeLessThan(1e-6);
    expect(worst(found.z0, ofStart)).toBeLessThan(1e-6);
    // Violations count: the objective is more than the cost.
    expect(total(found.objective)).toBeGreaterThan(total(found.cost) + 0.1);
    await gradient.dispose();
  });
});

test("pieces of any length say the same", async () => {
  const problem = resolveProblem(balanced(cart, 0.6));
  const solved = intervalMethod(problem, fixed(euler, { steps: 1 }));
  const site = { z0: normals(6, [2, 4], 0.4), controls: normals(7, [2, 6, 1], 3), start: 0.3 };
  const found = [];
  for (const length of [1, 2, 6]) {
    const pieces = await compileDifferentiablePieces(problem, solved, options, length);
    const forward = await pieces.forward(site);
    const { z0, controls } = await pieces.backward(forward);
    expect(forward.pieces).toHaveLength(6 / length);
    found.push([...forward.objective, ...forward.violation, ...toFloat64(z0), ...toFloat64(controls)]);
    await pieces.dispose();
  }
  const [ones = [], ...others] = found;
  expect(ones).toHaveLength(24);
  for (const other of others)
    expect(Math.max(...other.map((x, i) => Math.abs(x - (ones[i] ?? Number.NaN))))).toBeLessThan(1e-9);
});

describe("what makes no sense is refused", () => {
  const problem: ControlProblem = { ...balanced(pendulum().field), terminalCost: (z) => reduceSum(z, 1) };
  const compiled = (change: Partial<ControlProblem>, method: Method | string = "rk4:1") =>
    compileRollout({ ...problem, ...change }, { method, ...options });
  const code = (name: string, message: RegExp): unknown =>
    expect.objectContaining({ code: name, message: expect.stringMatching(new RegExp(message.source, "s")) });

  test.each([
    [
      "a horizon between intervals",
      { horizon: 0.55 },
      "INVALID_ARGUMENT",
      /horizon.*5\.5 of them.*help: take 0\.6/,
    ],
    ["no horizon", { horizon: 0 }, "INVALID_ARGUMENT", /at least one/],
    ["a control rate of 0", { controlRate: 0 }, "INVALID_ARGUMENT", /control rate/],
    [
      "bounds of another control",
      { bounds: { low: [-1, -1], high: [1, 1] } },
      "INVALID_ARGUMENT",
      /bounds: low.*1 finite number/,
    ],
    ["bounds the wrong way round", { bounds: { low: [1], high: [-1] } }, "INVALID_ARGUMENT", /low < high/],
    ["a penalty below 0", { penalty: -1 }, "INVALID_ARGUMENT", /penalty/],
    ["a stage cost of several numbers", { stageCost: square }, "SHAPE_MISMATCH", /stage cost.*reduceSum/],
    [
      "constraints without columns",
      { constraints: (z: never) => reduceSum(z, 1) },
      "SHAPE_MISMATCH",
      /constraints/,
    ],
  ])("%s", async (_name, change, name, message) => {
    await expect(compiled(change as Partial<ControlProblem>)).rejects.toEqual(code(name, message));
  });

  test("step control", async () => {
    await expect(compiled({}, "dopri5@1e-3")).rejects.toEqual(code("INVALID_ARGUMENT", /fixed steps/));
  });

  test("a field without a control", async () => {
    const field = defineField(["batch", 2], (_, z) => z);
    await expect(compiled({ field })).rejects.toEqual(code("UNSUPPORTED_FIELD", /no control/));
  });

  test("a correction that was fitted for another control rate", async () => {
    const correction = { ...controlledCorrection(2, 1), fittedSteps: [0.02, 0.05] as const };
    const wrong = compiled({}, hyper(correction, { steps: 1 }));
    await expect(wrong).rejects.toEqual(
      code("CARD_MISMATCH", /control rate 10.*0\.02 to 0\.05.*a step of 0\.1/),
    );
    const rollout = await compiled({}, hyper(correction, { steps: 2 }));
    await rollout.dispose();
  });

  test("states and controls of other shapes, out of bounds, or no numbers", async () => {
    const rollout = await compiled({});
    const z0 = fromNumbers([0, 0], [1, 2]);
    const controls = (values: readonly number[]): Tensor => fromNumbers(values, [1, values.length, 1]);
    const run = (z: Tensor, u: Tensor) => rollout.run(z, u);
    const good = [1, 2, 3, 4, 5];
    await expect(run(fromNumbers([0, 0, 0], [1, 3]), controls(good))).rejects.toEqual(
      code("SHAPE_MISMATCH", /z0/),
    );
    await expect(run(z0, controls([1, 2]))).rejects.toEqual(
      code("SHAPE_MISMATCH", /\[1, 5, 1\].*\[1, 2, 1\]/),
    );
    await expect(run(z0, controls([1, 2, 3, -20.5, 5]))).rejects.toEqual(
      code("INVALID_ARGUMENT", /sample 0, interval 3, component 0.*-20 to 20/),
    );
    await expect(run(z0, controls([1, Number.NaN, 3, 4, 5]))).rejects.toEqual(code("NON_FINITE", /controls/));
    await expect(run(fromNumbers([0, Number.NaN], [1, 2]), controls(good))).rejects.toEqual(
      code("NON_FINITE", /sample 0/),
    );
    // After all that it still works.
    expect((await run(z0, controls(good))).states.shape).toEqual([1, 6, 2]);
    await rollout.dispose();
  });
});
