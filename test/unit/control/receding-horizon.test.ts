import { describe, expect, test } from "vitest";
import {
  type ControlProblem,
  compileRecedingHorizon,
  compileRollout,
  fieldPlant,
  type Plant,
  runClosedLoop,
} from "../../../src/control/index.js";
import {
  add,
  concatColumns,
  mul,
  type Node,
  reduceSum,
  slice,
  square,
  sub,
} from "../../../src/graph/index.js";
import { defineField } from "../../../src/ode/index.js";
import { fromNumbers, type Tensor, toFloat64 } from "../../../src/tensor/index.js";

/** A mass on a line, pushed by u: dz/ds = (z₂, u). */
const mass = defineField(["batch", 2], (_, z, { u }) => concatColumns([slice(z, 1, 1, 2), u as Node]), {
  controls: { u: { shape: ["batch", 1] } },
});

const problem: ControlProblem = {
  field: mass,
  bounds: { low: [-1], high: [1] },
  controlRate: 5,
  horizon: 2,
  stageCost: (z, u) => add(reduceSum(square(z), 1, true), mul(square(u), 0.1)),
  terminalCost: (z) => mul(reduceSum(square(z), 1), 3),
};

const starts = fromNumbers([1, 0, -0.5, 0.4, 0, 0], [3, 2]);
const machine = { threads: 1 };
const spec = { iterations: 8, firstIterations: 40, candidates: 2, learningRate: 0.2, seed: 1 };

/** The exact step of the mass: Euler of the velocity is exact, the position moves by v Δ + u Δ²/2. */
const exactMass = (disturbance = 0): Plant => ({
  advance: async (z, u, _s, interval) => {
    const [values, pushes] = [toFloat64(z), toFloat64(u)];
    const next = values.map((value, i) => {
      const push = (pushes[Math.floor(i / 2)] ?? 0) + disturbance;
      return i % 2 === 0
        ? value + (values[i + 1] ?? 0) * interval + (push * interval ** 2) / 2
        : value + push * interval;
    });
    return fromNumbers(next, z.shape, z.dtype);
  },
  dispose: async () => {},
});

describe("a receding-horizon controller", () => {
  test("brings every plant home, within its bounds and for less than doing nothing", async () => {
    const controller = await compileRecedingHorizon(problem, "rk4:1", spec, machine);
    const plant = exactMass();
    const loop = await runClosedLoop(controller, plant, starts, { duration: 5 }, machine);
    expect(loop).toMatchObject({ status: "complete", broken: undefined });
    expect(loop.states).toHaveLength(26);
    expect(loop.times.at(-1)).toBeCloseTo(5);
    const end = toFloat64(loop.states.at(-1) as Tensor);
    expect(Math.max(...end.map(Math.abs))).toBeLessThan(0.1);
    const controls = loop.controls.flatMap((u) => [...toFloat64(u)]);
    expect(Math.max(...controls.map(Math.abs))).toBeLessThanOrEqual(1);
    // Standing at 1 for 5 s would cost 5.
    expect(loop.cost[0]).toBeLessThan(2);
    expect(loop.cost[2]).toBeLessThan(0.01);
    expect(loop.decisions[1]).toMatchObject({ nfe: 4 * 10 * 8 });
    // Begun anew it decides the same.
    const again = await runClosedLoop(controller, plant, starts, { duration: 0.4 }, machine);
    expect(again.controls).toEqual(loop.controls.slice(0, 2));
    await controller.dispose();
  });

  test("plans what is nearly the best plan, and knows what it costs", async () => {
    const loose = { ...problem, bounds: { low: [-5], high: [5] } };
    const controller = await compileRecedingHorizon(
      loose,
      "rk4:1",
      { ...spec, firstIterations: 200 },
      machine,
    );
    const { plan, objective, u } = await controller.control(starts);
    const rollout = await compileRollout(loose, { method: "rk4:1", ...machine });
    const { cost } = await rollout.run(starts, plan);
    for (const [i, own] of cost.entries()) expect(own).toBeCloseTo(Number(objective.data[i]), 4);
    const best = riccatiCosts(starts);
    for (const [i, own] of cost.entries()) {
      expect(own).toBeGreaterThan((best[i] ?? 0) - 1e-4);
      expect(own).toBeLessThan((best[i] ?? 0) * 1.005 + 1e-4);
    }
    expect([...toFloat64(u)]).toEqual([0, 10, 20].map((i) => Number(plan.data[i])));
    await controller.dispose();
    await rollout.dispose();
  });

  test("heeds constraints where the way home leads through them", async () => {
    const slow = (z: Node): Node => sub(mul(slice(z, 1, 1, 2), -1), 0.2);
    const free = await compileRecedingHorizon(problem, "rk4:1", spec, machine);
    const bound = await compileRecedingHorizon(
      { ...problem, constraints: slow, penalty: 1e4 },
      "rk4:1",
      spec,
      machine,
    );
    const place = { duration: 2 };
    const start = fromNumbers([1, 0], [1, 2]);
    const fast = await runClosedLoop(free, exactMass(), start, place, machine);
    const heeded = await runClosedLoop(bound, exactMass(), start, place, machine);
    const velocities = (loop: typeof fast): number[] => loop.states.map((z) => toFloat64(z)[1] ?? 0);
    expect(Math.min(...velocities(fast))).toBeLessThan(-0.4);
    expect(Math.min(...velocities(heeded))).toBeGreaterThan(-0.25);
    expect(heeded.violations.largest[0]).toBeLessThan(0.05);
    for (const controller of [free, bound]) await controller.dispose();
  });

  test("a plant of the same field follows the field", async () => {
    const plant = await fieldPlant(mass, undefined, machine);
    const u = fromNumbers([0.5, -1, 0], [3, 1]);
    const [next, exact] = [
      await plant.advance(starts, u, 3, 0.2),
      await exactMass().advance(starts, u, 3, 0.2),
    ];
    expect(Math.max(...toFloat64(next).map((x, i) => Math.abs(x - Number(exact.data[i]))))).toBeLessThan(
      1e-6,
    );
    await plant.dispose();
  });
});

describe("nothing is lost", () => {
  test("when a plant breaks: the loop ends with what there is", async () => {
    const controller = await compileRecedingHorizon(problem, "euler:1", spec, machine);
    let calls = 0;
    const plant: Plant = {
      ...exactMass(),
      advance: async (z, u, s, interval) =>
        calls++ < 3
          ? exactMass().advance(z, u, s, interval)
          : fromNumbers(new Array<number>(6).fill(Number.NaN), z.shape),
    };
    const loop = await runClosedLoop(controller, plant, starts, { duration: 2 }, machine);
    expect(loop).toMatchObject({ status: "broken", broken: { broken: "NON_FINITE" } });
    expect(loop.broken?.reason).toMatch(/plant.*NaN in sample 0/s);
    expect(loop.states).toHaveLength(4);
    expect(loop.controls).toHaveLength(3);
    expect(loop.cost[0]).toBeGreaterThan(0);
    await controller.dispose();
  });

  test("when a signal comes", async () => {
    const stop = new AbortController();
    const controller = await compileRecedingHorizon(problem, "euler:1", spec, machine);
    const loop = await runClosedLoop(
      controller,
      exactMass(),
      starts,
      { duration: 2 },
      {
        ...{ ...machine, signal: stop.signal },
        onProgress: ({ done }) => done === 2 && stop.abort(),
      },
    );
    expect(loop.status).toBe("interrupted");
    expect(loop.controls).toHaveLength(2);
    await controller.dispose();
  });
});

test("another number of plants, another shape or a duration between intervals is refused", async () => {
  const controller = await compileRecedingHorizon(problem, "euler:1", spec, machine);
  await controller.control(starts);
  const fewer = fromNumbers([1, 0], [1, 2]);
  await expect(controller.control(fewer)).rejects.toMatchObject({ code: "SHAPE_MISMATCH" });
  controller.reset();
  expect((await controller.control(fewer)).u.shape).toEqual([1, 1]);
  await expect(controller.control(fromNumbers([1, 0, 0], [1, 3]))).rejects.toMatchObject({
    code: "SHAPE_MISMATCH",
  });
  const wrong = runClosedLoop(controller, exactMass(), starts, { duration: 0.3 }, machine);
  await expect(wrong).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  await expect(compileRecedingHorizon(problem, "rk4:1", { candidates: 0 })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
  });
  await controller.dispose();
});

/** The least cost of the discrete problem without bounds, by dynamic programming (Bellman, 1957): z₀ᵀ P z₀. */
function riccatiCosts(z0: Tensor): number[] {
  const [h, r] = [0.2, 0.02];
  let [p, q, s] = [3, 0, 3];
  for (let n = 0; n < 10; n++) {
    // A = [1 h; 0 1], B = [h²/2; h], P = [p q; q s], Q = h I, R = 0.1 h.
    const [b1, b2] = [h ** 2 / 2, h];
    const [pb1, pb2] = [p * b1 + q * b2, q * b1 + s * b2];
    const gain = 1 / (r + b1 * pb1 + b2 * pb2);
    const [k1, k2] = [pb1, h * pb1 + pb2];
    const [a11, a12, a22] = [p, p * h + q, p * h * h + 2 * q * h + s];
    [p, q, s] = [h + a11 - gain * k1 * k1, a12 - gain * k1 * k2, h + a22 - gain * k2 * k2];
  }
  const values = toFloat64(z0);
  return Array.from({ length: values.length / 2 }, (_, i) => {
    const [x = 0, v = 0] = values.subarray(2 * i, 2 * i + 2);
    return p * x * x + 2 * q * x * v + s * v * v;
  });
}
