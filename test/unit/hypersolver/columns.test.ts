import { describe, expect, test } from "vitest";
import { add, constant, mul, type NamedNodes } from "../../../src/graph/index.js";
import { mlpCorrection } from "../../../src/hypersolver/correction/network.js";
import { type Correction, hyper, parseMethod } from "../../../src/hypersolver/index.js";
import { type AnyMethodSpec, methodOf } from "../../../src/hypersolver/internal.js";
import {
  euler,
  fixed,
  heun,
  logDensityField,
  type Method,
  rk4,
  type Span,
  solveField,
} from "../../../src/ode/index.js";
import { withOpenParameters, withZeroColumns } from "../../../src/ode/internal.js";
import { Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";
import { handMade, node, zeroCorrection } from "../../helpers/corrections.js";
import { columnOf, normals, smallField, wideField } from "../../helpers/flows.js";
import { SAME_NUMERICS } from "../../helpers/tolerances.js";

const last = ({ states }: { readonly states: readonly Tensor[] }): Tensor => states.at(-1) as Tensor;
const spans: readonly Span[] = [
  [0, 1],
  [1, 0.2],
];

/** A correction that would show it if it saw more than z: everything it is given goes in. */
function curious(base: typeof heun): Correction {
  const g = (nodes: NamedNodes) => {
    const states = add(add(node(nodes.z), node(nodes.k0)), mul(node(nodes.z0), 0.5));
    return mul(add(states, add(node(nodes.s), node(nodes.epsilon))), 0.7);
  };
  return handMade(base, ["z", "stages", "z0", "s", "epsilon"], g);
}

describe("a correction of the first columns", () => {
  const field = wideField(2, { seed: 3 });
  const augmented = logDensityField(field, { kinetic: true }).field;
  const z = normals(5, 2, 6);

  test.each([euler, heun, rk4])(
    "of nothing is the base on every column, bit for bit: $name",
    async (base) => {
      for (const span of spans) {
        const method = hyper(zeroCorrection(base), { steps: 3 });
        const alone = fixed(base, { steps: 3 });
        const own = await solveField(augmented, withZeroColumns(z, 2), { span, method: alone });
        const corrected = await solveField(augmented, withZeroColumns(z, 2), { span, method });
        expect(last(corrected).data).toEqual(last(own).data);
      }
    },
  );

  test("of nothing in float32 on the runtime too, untrained network included", async () => {
    const small = smallField(2, { seed: 3 });
    const wide = logDensityField(small).field;
    const column = (width: number) => ({
      mean: new Float64Array(width),
      deviation: new Float64Array(width).fill(1),
    });
    const statistics = { z: column(2), k0: column(2), k1: column(2), epsilon: column(1) };
    const correction = mlpCorrection(
      {
        ...{ base: heun, inputs: ["z", "stages", "epsilon"], hidden: [4], activation: "silu" },
        ...{ statistics, scale: Float64Array.of(1, 1) },
      },
      new Random(1),
    );
    const method = hyper(correction, { steps: 2 });
    const span: Span = [1, 0];
    const own = await solveField(wide, withZeroColumns(z, 1), { span, method: "heun:2" });
    expect(last(await solveField(wide, withZeroColumns(z, 1), { span, method })).data).toEqual(
      last(own).data,
    );
  });

  test.each([euler, heun, rk4])("moves z as it moves z by itself: $name", async (base) => {
    const correction = curious(base);
    for (const span of spans) {
      const grid = { steps: 3 };
      const alone = await solveField(field, z, { span, method: hyper(correction, grid) });
      const method = hyper(correction, grid);
      const both = await solveField(augmented, withZeroColumns(z, 2), { span, method });
      const plain = await solveField(field, z, { span, method: fixed(base, grid) });
      for (const column of [0, 1]) {
        const expected = columnOf(last(alone), column);
        expect(relativeDifference(columnOf(last(both), column), expected)).toBeLessThan(SAME_NUMERICS);
        expect(relativeDifference(columnOf(last(plain), column), expected)).toBeGreaterThan(1e-3);
      }
    }
  });

  test("leaves the other columns to the base, along the corrected path", async () => {
    const correction = curious(heun);
    const steps = 3;
    const method = hyper(correction, { steps });
    const corrected = await solveField(augmented, withZeroColumns(z, 2), { span: [0, 1], method });
    // Step by step by the base, put back onto the corrected path each time.
    let state = withZeroColumns(z, 2);
    let path = z;
    for (let k = 0; k < steps; k++) {
      const span: Span = [k / steps, (k + 1) / steps];
      state = last(await solveField(augmented, state, { span, method: fixed(heun, { steps: 1 }) }));
      path = last(
        await solveField(field, z, { span: [0, span[1]], method: hyper(correction, { steps: k + 1 }) }),
      );
      const values = toFloat64(state).slice();
      for (let i = 0; i < 5; i++)
        for (let j = 0; j < 2; j++) values[4 * i + j] = toFloat64(path)[2 * i + j] ?? Number.NaN;
      state = { ...state, data: values } as Tensor;
    }
    for (const column of [2, 3]) {
      const found = columnOf(last(corrected), column);
      expect(relativeDifference(found, columnOf(state, column))).toBeLessThan(SAME_NUMERICS);
      const base = await solveField(augmented, withZeroColumns(z, 2), {
        span: [0, 1],
        method: fixed(heun, { steps }),
      });
      expect(relativeDifference(found, columnOf(last(base), column))).toBeGreaterThan(1e-4);
    }
  });

  test("costs one evaluation of g a step, and works with open parameters", async () => {
    const open = withOpenParameters(augmented);
    const method = hyper(curious(heun), { steps: 3 });
    const options = { span: [0, 1], method, controls: augmented.parameters } as const;
    const { statistics, ...solution } = await solveField(open, withZeroColumns(z, 2), options);
    expect(statistics).toMatchObject({ nfe: 6, gCalls: 3 });
    const closed = { span: [0, 1], method } as const;
    const own = last(await solveField(augmented, withZeroColumns(z, 2), closed));
    expect(relativeDifference(toFloat64(last(solution)), toFloat64(own))).toBeLessThan(SAME_NUMERICS);
  });

  test("says all of it: read back from its spelling or its JSON it does the same", async () => {
    const method = hyper(curious(heun), { steps: 2 }, { file: "g.onnx" });
    const found = () => method.correction;
    const spec: AnyMethodSpec = JSON.parse(JSON.stringify(method.spec));
    const solved = async (own: Method) =>
      last(await solveField(augmented, withZeroColumns(z, 2), { span: [0, 1], method: own }));
    for (const again of [
      methodOf(spec, found),
      parseMethod(method.text, found),
      method.withGrid({ steps: 2 }),
    ]) {
      expect(again.text).toBe(method.text);
      expect(await solved(again)).toEqual(await solved(method));
    }
  });

  test.each([1, 3, 5])("that are %d, not the two of the state itself, is refused", async (columns) => {
    const other = zeroCorrection(heun, "float64", columns);
    const method = hyper(other, { steps: 1 });
    const solve = async (): Promise<unknown> =>
      solveField(augmented, withZeroColumns(z, 2), { span: [0, 1], method });
    await expect(solve()).rejects.toMatchObject({
      code: expect.stringMatching(/SHAPE_MISMATCH|INVALID_ARGUMENT/),
    });
  });

  test("is refused where nothing says that the others are carried along", async () => {
    const { ownColumns: _, ...plain } = augmented;
    const method = hyper(curious(heun), { steps: 1 });
    await expect(
      (async () => solveField(plain, withZeroColumns(z, 2), { span: [0, 1], method }))(),
    ).rejects.toMatchObject({ code: expect.stringMatching(/SHAPE_MISMATCH|INVALID_ARGUMENT/) });
  });

  test("adds nothing else: a constant g shows as ε³ a step on z alone", async () => {
    const ones = handMade(heun, ["z"], ({ z: own }) => add(mul(node(own), 0), constant(1, "float64")));
    const still = wideField(2, { strength: 0 });
    const rest = logDensityField(still, { frobenius: true }).field;
    const method = hyper(ones, { steps: 2 });
    const end = last(await solveField(rest, withZeroColumns(z, 2), { span: [0, 1], method }));
    for (const column of [0, 1]) {
      const expected = columnOf(z, column).map((value) => value + 2 / 8);
      expect(relativeDifference(columnOf(end, column), expected)).toBeLessThan(SAME_NUMERICS);
    }
    expect([...columnOf(end, 2), ...columnOf(end, 3)].every((value) => value === 0)).toBe(true);
  });
});
