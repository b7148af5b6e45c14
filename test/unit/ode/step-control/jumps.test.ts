import { describe, expect, test } from "vitest";
import {
  abs,
  add,
  cast,
  constant,
  less,
  mul,
  type Node,
  relu,
  sign,
  sin,
} from "../../../../src/graph/index.js";
import { jumpingOperators } from "../../../../src/ode/field/jumping-operators.js";
import { defineField, solve, solveField } from "../../../../src/ode/index.js";
import { JumpCount } from "../../../../src/ode/step-control/jumps.js";
import { fromNumbers } from "../../../../src/tensor/index.js";

const jumpsOf = async (
  f: (s: number, z: Float64Array) => readonly number[],
  z0: number[],
  end: number,
  method = "dopri5@1e-7",
): Promise<number | undefined> => (await solve(f, z0, { span: [0, end], method })).statistics.jumps;

describe("fields that jump", () => {
  test.each(["dopri5@1e-7", "tsit5@1e-8", "dopri8@1e-6"])(
    "%s counts the jumps of a square wave",
    async (method) => {
      const jumps = await jumpsOf((s) => [Math.sin(s) + (Math.floor(4 * s) % 2)], [0], 3, method);
      // At 1/4, 2/4, …, 11/4, and perhaps the end.
      expect(jumps).toBeGreaterThanOrEqual(10);
      expect(jumps).toBeLessThanOrEqual(12);
    },
  );

  test("a state that is pulled back by a constant force meets one each half period", async () => {
    // z'' = −3 sign z from z = 1: a quarter of a period takes √(2/3).
    const jumps = await jumpsOf((_, [z = 0, v = 0]) => [v, -3 * Math.sign(z)], [1, 0], 10);
    expect(jumps).toBe(Math.floor((10 / Math.sqrt(2 / 3) + 1) / 2));
  });

  test.each<[string, (s: number, z: Float64Array) => readonly number[], number[], number]>([
    ["smooth", (s, [z = 0]) => [Math.cos(30 * s) * z], [1], 9],
    ["kinked", (_, [z = 0, v = 0]) => [v, 5 * Math.abs(z) - 7 * z], [1, 0], 20],
    ["kinked in time", (s) => [Math.abs(Math.sin(20 * s))], [0], 3],
    ["stiff", (s, [z = 0]) => [1e3 * (Math.cos(s) - z)], [0], 1],
    ["oscillating from fast to slow", (_, [z = 0, v = 0]) => [v, 30 * (1 - z * z) * v - z], [2, 0], 80],
    ["jumping once", (s) => [s < 0.4 ? 1 : 2], [0], 1],
  ])("one that is %s is not told of", async (_, f, z0, end) => {
    expect(await jumpsOf(f, z0, end)).toBeUndefined();
    expect(await jumpsOf(f, z0, end, "dopri8@1e-8")).toBeUndefined();
  });

  test("compiled solves tell, and what may jump is named; networks of ReLUs are not accused", async () => {
    const wave = (z: Node): Node => sin(mul(z, constant(40)));
    const states = fromNumbers([0.1, 0.3, 0.2, 0.7], [2, 2]);
    const jumping = defineField(["batch", 2], (_, z) => add(sign(wave(z)), 1.5));
    const bent = defineField(["batch", 2], (_, z) => relu(wave(z)));
    const request = { span: [0, 1], method: "dopri5@1e-5" } as const;
    expect((await solveField(bent, states, request)).statistics).not.toHaveProperty("jumps");
    expect((await solveField(jumping, states, request)).statistics.jumps).toBeGreaterThan(20);
    expect(jumpingOperators(bent)).toEqual([]);
    expect(jumpingOperators(jumping)).toEqual(["signs"]);
    const steps = defineField(["batch", 2], (_, z) => mul(cast(less(wave(z), 0), "float32"), abs(z)));
    expect(jumpingOperators(steps)).toEqual(["comparisons"]);
  });

  test("at the limit of steps it is named, with what to do", async () => {
    const { message } = await solve((s) => [Math.floor(400 * s) % 2], [0], {
      span: [0, 3],
      method: "dopri5@1e-8,maxSteps=2000",
    });
    expect(message).toMatch(/jumps.*rk4:64/);
  });

  test("errors that fall as the step does count, those that fall faster or not at all do not", () => {
    const counted = (order: number): number | undefined => {
      const count = new JumpCount();
      for (let s = 0; s < 4; s++) {
        for (const dt of [0.1, 0.02, 0.004, 0.0008]) count.refused(dt, s + dt, 1e6 * dt ** order);
        count.accepted(s + 0.001, 1);
      }
      return count.found;
    };
    expect([0, 1, 2, 5].map(counted)).toEqual([undefined, 4, undefined, undefined]);
  });
});
