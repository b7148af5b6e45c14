import { describe, expect, test } from "vitest";
import { type ControlledSystem, cartPole, pendulum, quadrotor } from "../../../src/control/index.js";
import { evaluateGraph, jvp, mul, type Node, reduceSum, trace } from "../../../src/graph/index.js";
import { fieldAs, solveField } from "../../../src/ode/index.js";
import { evaluateField, stateType } from "../../../src/ode/internal.js";
import { fromNumbers, type Tensor, toFloat64, zeros } from "../../../src/tensor/index.js";

const doubles = (values: readonly number[], rows = 1): Tensor =>
  fromNumbers(values, [rows, values.length / rows], "float64");

const last = (values: Float64Array, width: number): number[] => [...values.slice(-width)];

/** Where a system is after some time with its control held, in float64. */
async function stateAfter(
  { field }: ControlledSystem,
  z0: readonly number[],
  u: readonly number[],
  time: number,
) {
  const solution = await solveField(fieldAs(field, "float64"), doubles(z0), {
    ...{ span: [0, time] as const, method: "dopri8@1e-11", device: "reference" as const },
    controls: { u: doubles(u) },
  });
  return solution.states.at(-1) as Tensor;
}

/** Energy, and its rate along the field. */
async function energyOf(system: ControlledSystem, z: Tensor, u: Tensor): Promise<[number, number]> {
  const field = fieldAs(system.field, "float64");
  const graph = trace(
    { z: stateType(field), u: { shape: u.shape.map((n, i) => (i === 0 ? "batch" : n)), dtype: "float64" } },
    (nodes) => {
      const energy = system.energy(nodes.z);
      const { dz } = evaluateField(field, 0, nodes.z, { controls: { u: nodes.u } });
      const [rate] = jvp([energy], [nodes.z], [dz]) as [Node];
      return { energy: reduceSum(energy), rate: reduceSum(mul(rate, 1)) };
    },
  );
  const outputs = evaluateGraph(graph, { z, u });
  return [outputs.energy, outputs.rate].map((value) => toFloat64(value as Tensor)[0] ?? Number.NaN) as [
    number,
    number,
  ];
}

/** States in general position, and controls. */
const cases: readonly (readonly [string, ControlledSystem, readonly number[], readonly number[]])[] = [
  ["pendulum", pendulum({ mass: 0.7, length: 1.3 }), [0.9, -1.1], [2]],
  ["cart-pole", cartPole({ poleMass: 0.4 }), [0.3, 0.8, -0.7, 1.9], [5]],
  [
    "quadrotor",
    quadrotor({ inertia: [0.011, 0.013, 0.021] }),
    [0.1, -0.2, 0.3, 0.4, -0.5, 0.6, 0.3, -0.4, 0.9, 1.2, -0.8, 0.7],
    [1, 2, 3, 2.5],
  ],
];

describe.each(cases)("%s", (_name, system, z0, u) => {
  test("keeps its energy where no control works", async () => {
    const none = u.map(() => 0);
    const end = await stateAfter(system, z0, none, 0.7);
    const [before] = await energyOf(system, doubles(z0), doubles(none));
    const [later, rate] = await energyOf(system, end, doubles(none));
    expect(Math.abs(later - before)).toBeLessThan(1e-6);
    // Constants are rounded to float32 in the field and not in the energy.
    expect(Math.abs(rate)).toBeLessThan(1e-5);
    expect(Math.abs(before)).toBeGreaterThan(0.1);
  });

  test("has a name for every column", () => {
    expect(system.stateNames).toHaveLength(z0.length);
    expect(system.controlNames).toHaveLength(u.length);
  });
});

test("a force on the cart works by force times velocity, friction by its square", async () => {
  const [c, d] = [0.5, 0.02];
  const system = cartPole({ cartFriction: c, poleFriction: d });
  const [v, w] = [-0.7, 1.9];
  const [, rate] = await energyOf(system, doubles([0.3, 0.8, v, w]), doubles([5]));
  expect(rate).toBeCloseTo(5 * v - c * v * v - d * w * w, 5);
});

test("a torque on the pendulum works by torque times angular velocity, friction by its square", async () => {
  const [, rate] = await energyOf(pendulum({ friction: 0.3 }), doubles([0.9, -1.1]), doubles([2]));
  expect(rate).toBeCloseTo(2 * -1.1 - 0.3 * 1.21, 5);
});

describe("a quadrotor", () => {
  const level = new Array<number>(12).fill(0);

  test("hovers where its rotors carry it", async () => {
    const end = await stateAfter(quadrotor(), level, new Array(4).fill(9.81 / 4), 1);
    expect(Math.max(...toFloat64(end).map(Math.abs))).toBeLessThan(1e-6);
  });

  test("falls freely without them", async () => {
    const [, , z, , , w] = toFloat64(await stateAfter(quadrotor(), level, [0, 0, 0, 0], 0.8));
    expect(z).toBeCloseTo(-0.5 * 9.81 * 0.64, 5);
    expect(w).toBeCloseTo(-9.81 * 0.8, 5);
  });

  test("turns about the vertical by the difference of its pairs of rotors", async () => {
    const [yaw, rate] = last(toFloat64(await stateAfter(quadrotor(), level, [3, 2, 3, 2], 0.5)), 4).filter(
      (_, i) => i === 0 || i === 3,
    );
    const turning = (0.02 * 2) / 0.02;
    expect(rate).toBeCloseTo(turning * 0.5, 5);
    expect(yaw).toBeCloseTo((turning * 0.25) / 2, 5);
  });

  test("rolls by the rotors on the y axis and pitches by those on the x axis", async () => {
    const rolling = toFloat64(await stateAfter(quadrotor(), level, [2, 2.1, 2, 1.9], 0.1));
    expect(rolling[6]).toBeCloseTo((0.5 * (0.2 * 0.2) * 0.01) / 0.01, 5);
    const pitching = toFloat64(await stateAfter(quadrotor(), level, [1.9, 2, 2.1, 2], 0.1));
    expect(pitching[7]).toBeCloseTo((0.5 * (0.2 * 0.2) * 0.01) / 0.01, 5);
    // Tilted forwards, it moves forwards.
    expect(pitching[3]).toBeGreaterThan(0);
    expect(rolling[4]).toBeLessThan(0);
  });

  test("loses what drag takes", async () => {
    const system = quadrotor({ drag: 0.3, angularDrag: 0.005 });
    const z = doubles([0, 0, 0, 1, 2, -1, 0.1, 0.2, 0.3, 1, -2, 3]);
    const [, rate] = await energyOf(system, z, zeros([1, 4], "float64"));
    expect(rate).toBeCloseTo(-0.3 * 6 - 0.005 * 14, 4);
  });
});

test.each([
  ["a mass of 0", () => pendulum({ mass: 0 })],
  ["a negative friction", () => cartPole({ cartFriction: -1 })],
  ["an inertia that is no number", () => quadrotor({ inertia: [1, Number.NaN, 1] })],
])("%s is refused", (_name, make) => {
  expect(make).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});
