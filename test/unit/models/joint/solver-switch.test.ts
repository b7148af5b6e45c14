import { describe, expect, test } from "vitest";
import { SolverSwitch } from "../../../../src/models/joint/solver-switch.js";

const rule = { threshold: 0.01, release: 2 };

/** Who solves after each error. */
const course = (of: SolverSwitch, errors: readonly number[]): boolean[] =>
  errors.map((error) => {
    of.see(error);
    return of.isOn;
  });

describe("the switch between solvers", () => {
  test("goes over below the threshold, and back above its release", () => {
    const drive = new SolverSwitch(rule);
    expect(drive.isOn).toBe(false);
    expect(course(drive, [0.05, 0.001, 0.001])).toEqual([false, false, false]);
    expect(course(drive, new Array(8).fill(0.001)).at(-1)).toBe(true);
    // Between the two levels nothing changes.
    expect(course(drive, new Array(20).fill(0.015))).not.toContain(false);
    expect(course(drive, new Array(20).fill(0.03)).at(-1)).toBe(false);
    expect(course(drive, new Array(20).fill(0.015))).not.toContain(true);
    expect(course(drive, new Array(20).fill(0.005)).at(-1)).toBe(true);
    expect(drive.last).toBe(0.005);
  });

  test("is taken off at once by what is no number, and begins anew", () => {
    const drive = new SolverSwitch(rule);
    expect(course(drive, [0.001, Number.NaN])).toEqual([true, false]);
    expect(course(drive, [0.001, Number.POSITIVE_INFINITY])).toEqual([true, false]);
    expect(drive.last).toBe(0.001);
  });

  test("continues from its state", () => {
    const errors = Array.from({ length: 30 }, (_, i) => 0.012 + 0.01 * Math.sin(i));
    const [whole, first, second] = [new SolverSwitch(rule), new SolverSwitch(rule), new SolverSwitch(rule)];
    const expected = course(whole, errors);
    course(first, errors.slice(0, 11));
    second.restore(first.state());
    expect(course(second, errors.slice(11))).toEqual(expected.slice(11));
    expect(new Set(expected).size).toBe(2);
  });
});
