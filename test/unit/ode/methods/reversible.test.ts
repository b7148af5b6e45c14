import { describe, expect, test } from "vitest";
import { add, mul } from "../../../../src/graph/index.js";
import { hyper } from "../../../../src/hypersolver/index.js";
import {
  adaptive,
  compileGradient,
  compilePairSolve,
  dopri5,
  euler,
  type FixedMethod,
  fieldAs,
  fixed,
  heun,
  midpoint,
  multistep,
  nonStationary,
  orThrow,
  pecHeun,
  type ReversibleMethod,
  reversible,
  rk4,
  solve,
  solveField,
  uniformMesh,
} from "../../../../src/ode/index.js";
import { coefficientsOf, requireLinear, reversibleOf, stepsOf } from "../../../../src/ode/internal.js";
import { fromNumbers, isHypersolversError, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";
import {
  control,
  controlledField,
  controlledPlain,
  initialState,
} from "../../../helpers/controlled-field.js";
import { handMade, node } from "../../../helpers/corrections.js";
import { jacobianOf, logDeterminant, nudged, wideField } from "../../../helpers/flows.js";
import { FINITE_DIFFERENCE, SAME_NUMERICS } from "../../../helpers/tolerances.js";

/** Of central differences. */
const STEP = 1e-5;
/** Of ten steps there and back in float32, relative: a few roundings a step. */
const FLOAT32_ROUND_TRIP = 3e-6;

const curious = handMade(midpoint, ["z", "stages", "s", "epsilon"], (nodes) =>
  mul(add(add(node(nodes.z), node(nodes.k1)), add(node(nodes.s), node(nodes.epsilon))), 0.4),
);
const bases: readonly FixedMethod[] = [
  fixed(euler, { steps: 10 }),
  fixed(heun, { steps: 6 }),
  fixed(dopri5, { steps: 3 }),
  fixed(rk4, { mesh: [0, 0.1, 0.35, 0.6, 1] }),
];
const corrected = hyper(curious, { steps: 5 });
const controls = { x: control() };
const y0 = toFloat64(initialState());
const last = (states: readonly Tensor[]): Float64Array => toFloat64(states.at(-1) as Tensor);

/** Ends of a solve and of the way back, from one state. */
async function roundTrip(method: ReversibleMethod, dtype: "float32" | "float64") {
  const field = controlledField(dtype);
  const start = initialState(dtype);
  const given = { x: control(dtype) };
  const there = await compilePairSolve(field, method, [0, 1]);
  const back = await compilePairSolve(field, method.inverse(), [1, 0]);
  const end = await there.run({ y: start, z: start }, given);
  return { start: toFloat64(start), end, found: await back.run(end, given) };
}

describe("a reversible method", () => {
  test.each([...bases, corrected])("comes back to where it started, to rounding: $text", async (base) => {
    for (const coupling of [1, 0.9]) {
      const { start, found } = await roundTrip(reversible(base, { coupling }), "float64");
      expect(relativeDifference(toFloat64(found.y), start)).toBeLessThan(SAME_NUMERICS);
      expect(relativeDifference(toFloat64(found.z), start)).toBeLessThan(SAME_NUMERICS);
    }
  });

  test.each(bases)("and in float32: $text", async (base) => {
    const { start, end, found } = await roundTrip(reversible(base), "float32");
    expect(relativeDifference(toFloat64(found.y), start)).toBeLessThan(FLOAT32_ROUND_TRIP);
    // The pair has parted: this is no comparison of a state with itself.
    expect(relativeDifference(toFloat64(end.y), toFloat64(end.z))).toBeGreaterThan(1e-9);
  });

  test("comes back from the other direction too: the inverse of the inverse is the method", async () => {
    const { start, found } = await roundTrip(
      reversible(fixed(heun, { steps: 7 }), { isInverse: true }),
      "float64",
    );
    expect(relativeDifference(toFloat64(found.y), start)).toBeLessThan(SAME_NUMERICS);
    const method = reversible(fixed(rk4, { mesh: [0, 0.3, 1] }), { coupling: 0.9 });
    expect(method.inverse().text).toBe("inverse-reversible-0.9-rk4:1/0.3/0");
    expect(method.inverse().inverse().text).toBe(method.text);
  });

  test.each([1, 0.8])(
    "changes the volume of pairs by λ^d a step, for any field: λ = %d",
    async (coupling) => {
      const field = wideField(2, { seed: 3 });
      const steps = 3;
      const pairs = await compilePairSolve(field, reversible(fixed(heun, { steps }), { coupling }), [0, 1]);
      const point = [0.3, -0.4, 0.5, 0.1];
      const rows = toFloat64(nudged(point, STEP));
      const half = (from: number): Tensor =>
        fromNumbers(
          rows.filter((_, i) => (i % 4 < 2 ? 0 : 2) === from),
          [8, 2],
          "float64",
        );
      const { y, z } = await pairs.run({ y: half(0), z: half(2) });
      const [ys, zs] = [toFloat64(y), toFloat64(z)];
      const ends = rows.map((_, i) => {
        const [row, column] = [Math.floor(i / 4), i % 4];
        return (column < 2 ? ys[2 * row + column] : zs[2 * row + column - 2]) ?? Number.NaN;
      });
      const volume = logDeterminant(jacobianOf(ends, 4, STEP));
      expect(Math.abs(volume - 2 * steps * Math.log(coupling))).toBeLessThan(FINITE_DIFFERENCE);
    },
  );

  test("of one step is its base, and costs no more", async () => {
    const base = fixed(heun, { steps: 1 });
    const request = { span: [0, 1], controls } as const;
    const own = orThrow(await solveField(controlledField(), initialState(), { ...request, method: base }));
    const method = reversible(base);
    const pair = orThrow(await solveField(controlledField(), initialState(), { ...request, method }));
    expect(last(pair.states)).toEqual(last(own.states));
    expect(pair.statistics.nfe).toBe(2);
  });

  test.each([
    ["reversible-heun:5", 18],
    ["inverse-reversible-heun:5", 20],
    ["reversible-dopri5:2", 18],
  ])("%s evaluates f as often as it says: %d times", async (method, nfe) => {
    let calls = 0;
    const counted = (s: number, y: Float64Array) => {
      calls++;
      return controlledPlain(s, y);
    };
    const { statistics } = orThrow(await solve(counted, y0, { span: [0, 1], method }));
    expect([calls, statistics.nfe]).toEqual([nfe, nfe]);
  });

  test.each(["reversible-0.9-rk4:6", "inverse-reversible-heun:6", "reversible-heun:40"])(
    "%s is the same in JavaScript, as one program, and step by step",
    async (method) => {
      const span = [0.2, 1] as const;
      const plain = orThrow(await solve(controlledPlain, y0, { span, method })).states.at(-1) ?? [];
      const request = { span, method, controls };
      const whole = orThrow(await solveField(controlledField(), initialState(), request));
      const inSteps = orThrow(
        await solveField(controlledField(), initialState(), { ...request, onStep: () => {} }),
      );
      expect(relativeDifference(last(whole.states), plain)).toBeLessThan(SAME_NUMERICS);
      expect(relativeDifference(last(inSteps.states), plain)).toBeLessThan(SAME_NUMERICS);
      expect(inSteps.statistics.nfe).toBe(whole.statistics.nfe);
    },
  );

  test("is a non-stationary solver, as every explicit method", async () => {
    const method = reversible(fixed(heun, { steps: 3 }), { coupling: 0.9 });
    const mesh = stepsOf(uniformMesh([0, 1], 3));
    const flat = nonStationary(coefficientsOf(requireLinear(method, "a test"), mesh), { mesh: [0, 1] });
    const own = orThrow(await solve(controlledPlain, y0, { span: [0, 1], method }));
    const theirs = orThrow(await solve(controlledPlain, y0, { method: flat }));
    expect(theirs.statistics.nfe).toBe(own.statistics.nfe);
    expect(relativeDifference(theirs.states.at(-1) ?? [], own.states.at(-1) ?? [])).toBeLessThan(1e-14);
  });

  test("is differentiated like any other", async () => {
    const field = wideField(2, { seed: 4 });
    const method = reversible(fixed(midpoint, { steps: 2 }));
    const gradient = await compileGradient(field, { span: [0, 1], method });
    const z0 = fromNumbers([0.4, -0.3], [1, 2], "float64");
    const direction = fromNumbers([0.7, 1.1], [1, 2], "float64");
    const { z0: found } = await gradient.run(z0, direction);
    const near = orThrow(await solveField(field, nudged([0.4, -0.3], STEP), { span: [0, 1], method }));
    const jacobian = jacobianOf(last(near.states), 2, STEP);
    const expected = [0, 1].map((j) => 0.7 * (jacobian[0]?.[j] ?? 0) + 1.1 * (jacobian[1]?.[j] ?? 0));
    expect(relativeDifference(toFloat64(found), expected)).toBeLessThan(FINITE_DIFFERENCE);
  });
});

describe("what cannot be made reversible", () => {
  const refused = (make: () => unknown): string => {
    try {
      make();
    } catch (error) {
      expect(isHypersolversError(error, "INVALID_ARGUMENT")).toBe(true);
      return String(error);
    }
    return expect.unreachable();
  };

  test("is what remembers more than its state", () => {
    expect(refused(() => reversible(multistep(pecHeun, { steps: 4 })))).toMatch(
      /nothing before it[\s\S]*pec-heun:4/,
    );
    expect(refused(() => reversible(reversible(fixed(heun, { steps: 4 }))))).toMatch(/reversible-heun:4/);
    const start = hyper(
      handMade(heun, ["z0"], (nodes) => node(nodes.z0)),
      { steps: 2 },
    );
    expect(refused(() => reversible(start).scheme(fieldAs(controlledField(), "float64")))).toMatch(/read z0/);
  });

  test("is step control, and a coupling that cannot be divided by", () => {
    expect(refused(() => reversibleOf({ kind: "reversible" }, adaptive(dopri5)))).toMatch(/fixed steps/);
    for (const coupling of [0, -0.5, 1.1, Number.NaN])
      expect(refused(() => reversible(fixed(heun, { steps: 4 }), { coupling }))).toMatch(/at most 1/);
  });
});
