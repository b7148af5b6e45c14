import { describe, expect, test } from "vitest";
import { trace } from "../../src/graph/index.js";
import {
  compileFlowDensity,
  compileFlowSampler,
  logisticBase,
  normalBase,
  studentTBase,
} from "../../src/models/index.js";
import { type Field, logDensityField, orThrow, type Span, solveField } from "../../src/ode/index.js";
import { evaluateField, stateType, withZeroColumns } from "../../src/ode/internal.js";
import { compile } from "../../src/runtime/index.js";
import { fromNumbers, rows, scalar, type Tensor, toFloat64 } from "../../src/tensor/index.js";
import { expectClose, relativeDifference } from "../helpers/compare.js";
import { control, controlledField, depthShapes, initialState } from "../helpers/controlled-field.js";
import {
  columnOf,
  flowOver,
  jacobianOf,
  logDeterminant,
  normals,
  nudged,
  smallField,
  wideField,
} from "../helpers/flows.js";
import { oracleField } from "../helpers/mlp-field.js";
import { readOracle } from "../helpers/oracle.js";
import { SAME_NUMERICS } from "../helpers/tolerances.js";

const tight = { method: "dopri5@1e-11" } as const;
const STEP = 1e-5;
/** Central differences of that step through a solve at 1e-11: cancellation leaves some 1e-6 at worst. */
const BY_DIFFERENCES = 5e-6;

const last = (states: readonly Tensor[]): Tensor => states.at(-1) as Tensor;

describe("oracle: the log-density field agrees with torchdiffeq", () => {
  const z0 = readOracle("odeint_field").get("z0");

  test("oracle divergence at s = 0.3 is minus the rate of its last column", async () => {
    const { field, columns } = logDensityField(oracleField("float64"));
    const graph = trace({ z: stateType(field) }, ({ z }) => ({ dz: evaluateField(field, 0.3, z).dz }));
    const program = await compile(graph);
    const { dz } = await program.run({ z: withZeroColumns(z0, 1) });
    await program.dispose();
    const expected = toFloat64(readOracle("divergence_at_s0.3").get("divergence")).map((value) => -value);
    expect(relativeDifference(columnOf(dz as Tensor, columns.logDensity), expected)).toBeLessThan(
      SAME_NUMERICS,
    );
  });

  test("oracle change of log-density over [0, 1.5]", async () => {
    const { field, columns, estimator } = logDensityField(oracleField("float64"), {
      kinetic: true,
      frobenius: true,
    });
    expect(estimator).toBe("exact");
    const { states } = orThrow(await solveField(field, withZeroColumns(z0, 3), { span: [0, 1.5], ...tight }));
    const expected = toFloat64(readOracle("logdensity_change").get("delta_log_density"));
    expect(relativeDifference(columnOf(last(states), columns.logDensity), expected)).toBeLessThan(1e-9);
  });
});

/** log|det| of the numerical Jacobian of the flow map at each point, [n]. */
async function logDeterminants(field: Field, points: Tensor, span: Span): Promise<number[]> {
  const [count = 0, d = 0] = points.shape;
  const result: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = nudged([...toFloat64(rows(points, i, i + 1))], STEP);
    const { states } = orThrow(await solveField(field, start, { span, ...tight }));
    result.push(logDeterminant(jacobianOf(toFloat64(last(states)), d, STEP)));
  }
  return result;
}

const doubles = (count: number, d: number, seed: number): Tensor =>
  fromNumbers(toFloat64(normals(count, d, seed)), [count, d], "float64");

describe("the change of log-density is minus log|det| of the flow map's Jacobian", () => {
  const cases: readonly { readonly d: number; readonly span: Span }[] = [
    { d: 1, span: [0, 1] },
    { d: 2, span: [1, 0] },
    { d: 2, span: [-0.5, 2] },
    { d: 5, span: [0, 1] },
  ];

  test.each(cases)("in dimension $d over $span", async ({ d, span }) => {
    const field = wideField(d, { seed: d });
    const points = doubles(3, d, 7);
    const augmented = logDensityField(field);
    const start = withZeroColumns(points, 1);
    const { states } = orThrow(await solveField(augmented.field, start, { span, ...tight }));
    const expected = (await logDeterminants(field, points, span)).map((value) => -value);
    // A field that does not change volumes would make this hold of nothing.
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.05);
    expect(relativeDifference(columnOf(last(states), d), expected)).toBeLessThan(BY_DIFFERENCES);
  });

  test("of an autonomous field too", async () => {
    const field = wideField(2, { timeDependent: false, seed: 9 });
    const points = doubles(3, 2, 8);
    const { states } = orThrow(
      await solveField(logDensityField(field).field, withZeroColumns(points, 1), { span: [0, 1], ...tight }),
    );
    const expected = (await logDeterminants(field, points, [0, 1])).map((value) => -value);
    expect(relativeDifference(columnOf(last(states), 2), expected)).toBeLessThan(BY_DIFFERENCES);
  });

  test.each(Object.keys(depthShapes) as (keyof typeof depthShapes)[])(
    "however the field declares its depth, and with a control: %s",
    async (depth) => {
      // div f = −1 − w₂ x s with w₂ = −0.4: over [0, 1] the log-density changes by 1 + w₂ x/2.
      const { field, columns } = logDensityField(controlledField("float64", depth));
      const options = { span: [0, 1], controls: { x: control() }, ...tight } as const;
      const { states } = orThrow(await solveField(field, withZeroColumns(initialState(), 1), options));
      const expected = [0.3, -1.1, 0.8].map((x) => 1 - (0.4 * x) / 2);
      expect(relativeDifference(columnOf(last(states), columns.logDensity), expected)).toBeLessThan(1e-9);
    },
  );
});

describe("log p(x) of a flow", () => {
  const bases = [normalBase, logisticBase, studentTBase(5)];
  const standardization = { shift: [3, -2], scale: [0.5, 4] };

  test.each(bases)(
    "is the base's at z plus log|det ∂z/∂x|, standardization included: $name",
    async (base) => {
      const flow = flowOver(wideField(2, { seed: 4 }), { base, standardization, span: [0, 1.5] });
      const density = await compileFlowDensity(flow, tight);
      const points = [
        [3.2, -1],
        [2.1, -7],
        [3.9, 1],
      ];
      for (const point of points) {
        const x = fromNumbers(point, [1, 2], "float64");
        const { values, z } = await density.run(x);
        const around = await density.run(nudged(point, STEP));
        const expected =
          baseLogDensity(base.name, z) + logDeterminant(jacobianOf(toFloat64(around.z), 2, STEP));
        expect(Math.abs((values[0] ?? Number.NaN) - expected)).toBeLessThan(BY_DIFFERENCES);
      }
      await density.dispose();
    },
  );

  test("sampling, then density, gives the base's log-density carried along the way", async () => {
    const field = wideField(2, { seed: 4 });
    const flow = flowOver(field, { standardization });
    const [sampler, density] = [await compileFlowSampler(flow, tight), await compileFlowDensity(flow, tight)];
    const z = doubles(20, 2, 3);
    const { x } = await sampler.push(z);
    const back = await density.run(x);
    expectClose(back.z, z, 1e-8);
    const forward = orThrow(
      await solveField(logDensityField(field).field, withZeroColumns(z, 1), { span: [0, 1], ...tight }),
    );
    const change = columnOf(last(forward.states), 2);
    const expected = change.map(
      (value, i) => value + baseLogDensity("normal", rows(z, i, i + 1)) - Math.log(0.5) - Math.log(4),
    );
    expect(relativeDifference(back.values, expected)).toBeLessThan(1e-8);
    await sampler.dispose();
    await density.dispose();
  });

  test("density, then sampling, gives the data back, in float32 at the default tolerance", async () => {
    const flow = flowOver(smallField(2, { seed: 4 }), { standardization });
    const [sampler, density] = [await compileFlowSampler(flow), await compileFlowDensity(flow)];
    const x = fromNumbers([3.2, -1, 2.1, -7, 3.9, 1], [3, 2]);
    const { z } = await density.run(x);
    expect(relativeDifference(toFloat64(z), toFloat64(x))).toBeGreaterThan(0.1);
    const again = await sampler.push(z);
    expectClose(again.x, x, 1e-4);
    expect(again.z).toBe(z);
    await sampler.dispose();
    await density.dispose();
  });
});

/** Written out once more. */
function baseLogDensity(name: string, z: Tensor): number {
  const one = (x: number): number => {
    if (name === "normal") return -(x * x) / 2 - Math.log(Math.sqrt(2 * Math.PI));
    if (name === "logistic") return -x - 2 * Math.log(1 + Math.exp(-x));
    // Student's t with 5 degrees of freedom: 8/(3π√5) (1 + x²/5)^-3.
    return Math.log(8 / (3 * Math.PI * Math.sqrt(5))) - 3 * Math.log(1 + (x * x) / 5);
  };
  return toFloat64(z).reduce((sum, x) => sum + one(x), 0);
}

describe("a flow's density integrates to 1", () => {
  const grids = [
    { base: normalBase, reach: 9, cells: 120 },
    { base: logisticBase, reach: 20, cells: 200 },
    { base: studentTBase(5), reach: 24, cells: 240 },
  ];

  test.each(grids)("in the plane, by quadrature: base $base.name", async ({ base, reach, cells }) => {
    const standardization = { shift: [3, -2], scale: [0.5, 4] };
    const flow = flowOver(smallField(2, { seed: 5, strength: 1.5 }), { base, standardization });
    const density = await compileFlowDensity(flow, { method: "rk4:4" });
    const axis = Array.from({ length: cells }, (_, i) => ((i + 0.5) / cells - 0.5) * 2 * reach);
    const points = axis.flatMap((u) => axis.flatMap((v) => [3 + 0.5 * u, -2 + 4 * v]));
    const { values } = await density.run(fromNumbers(points, [cells * cells, 2]));
    const cell = ((2 * reach) / cells) ** 2 * 0.5 * 4;
    const integral = values.reduce((sum, value) => sum + Math.exp(value) * cell, 0);
    expect(Math.abs(integral - 1)).toBeLessThan(0.01);
    await density.dispose();
  });

  test("on the line", async () => {
    const density = await compileFlowDensity(flowOver(smallField(1, { seed: 6, strength: 3 })));
    const points = Float32Array.from({ length: 2000 }, (_, i) => (i / 2000 - 0.5) * 24);
    const { values } = await density.run(fromNumbers(points, [2000, 1]));
    const integral = values.reduce((sum, value) => sum + Math.exp(value) * 0.012, 0);
    expect(Math.abs(integral - 1)).toBeLessThan(0.005);
    await density.dispose();
  });
});

/** Simpson's rule. */
function simpson(values: readonly number[], width: number): number {
  const weight = (i: number): number => (i === 0 || i === values.length - 1 ? 1 : i % 2 === 1 ? 4 : 2);
  return (values.reduce((sum, value, i) => sum + weight(i) * value, 0) * width) / 3;
}

test("kinetic and Frobenius columns are the integrals of ‖f‖² and ‖∂f/∂z‖² along the path", async () => {
  const d = 3;
  const field = wideField(d, { seed: 2 });
  const point = doubles(1, d, 12);
  const { field: augmented, columns } = logDensityField(field, { kinetic: true, frobenius: true });
  const integrals = last(
    orThrow(await solveField(augmented, withZeroColumns(point, 3), { span: [0, 1], ...tight })).states,
  );
  const steps = 64;
  const mesh = Array.from({ length: steps + 1 }, (_, i) => i / steps);
  const path = orThrow(await solveField(field, point, { times: mesh, ...tight })).states;
  const f = trace({ z: stateType(field), s: { shape: [], dtype: "float64" } }, ({ s, z }) => ({
    dz: evaluateField(field, s, z).dz,
  }));
  const program = await compile(f);
  const at = async (s: number, z: Tensor): Promise<Float64Array> =>
    toFloat64((await program.run({ s: scalar(s, "float64"), z })).dz as Tensor);
  const [kinetic, frobenius]: [number[], number[]] = [[], []];
  const squares = (values: Iterable<number>): number =>
    [...values].reduce((sum, value) => sum + value * value, 0);
  for (const [i, z] of path.entries()) {
    const s = mesh[i] ?? Number.NaN;
    kinetic.push(squares(await at(s, z)));
    frobenius.push(squares(jacobianOf(await at(s, nudged([...toFloat64(z)], STEP)), d, STEP).flat()));
  }
  await program.dispose();
  const found = [columns.kinetic, columns.frobenius].map(
    (column) => columnOf(integrals, column ?? -1)[0] ?? 0,
  );
  expect(
    relativeDifference(found, [simpson(kinetic, 1 / steps), simpson(frobenius, 1 / steps)]),
  ).toBeLessThan(1e-7);
  expect(Math.min(...found)).toBeGreaterThan(0.01);
});
