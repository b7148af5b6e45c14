import { describe, expect, test } from "vitest";
import {
  constant,
  matmul,
  mean,
  mul,
  type NamedNodes,
  type Node,
  sub,
  trace,
} from "../../../src/graph/index.js";
import { drawNoise } from "../../../src/models/flow/noise.js";
import { noiseKinds } from "../../../src/models/flow/noise-kinds.js";
import {
  adaptive,
  bosh3,
  compileSolve,
  dopri5,
  type Field,
  fixed,
  heun,
  logDensityField,
  orThrow,
  solveField,
  tsit5,
} from "../../../src/ode/index.js";
import {
  evaluateField,
  makeField,
  NOISE_CONTROL,
  resolveMethod,
  stateType,
  withStepControl,
  withZeroColumns,
} from "../../../src/ode/internal.js";
import { compile } from "../../../src/runtime/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";
import { controlledField } from "../../helpers/controlled-field.js";
import {
  columnOf,
  deviationOf,
  jacobianOf,
  meanOf,
  normals,
  nudged,
  smallField,
  valuesOf,
  wideField,
} from "../../helpers/flows.js";
import { FLOAT32_FORWARD, FLOAT64_ROUNDING } from "../../helpers/tolerances.js";

const last = (states: readonly Tensor[]): Tensor => states.at(-1) as Tensor;

/** dz/ds = A z. */
function linearField(rows: readonly (readonly number[])[], dtype: "float32" | "float64" = "float64"): Field {
  const d = rows.length;
  const transposed = Array.from({ length: d }, (_, j) => rows.map((row) => row[j] ?? 0)).flat();
  const graph = trace({ z: { shape: ["batch", d], dtype } }, ({ z }) => ({
    dz: matmul(z, constant(fromNumbers(transposed, [d, d], dtype))),
  }));
  return makeField(graph, { state: "z", depth: undefined, controls: [], output: "dz" }, {});
}

const matrix = [
  [0.3, -1.2, 0.4],
  [0.8, -0.5, 0.1],
  [-0.2, 0.6, 0.9],
];
const traceOfMatrix = 0.3 - 0.5 + 0.9;
const squaresOfMatrix = matrix.flat().reduce((sum, value) => sum + value * value, 0);

describe("the estimator", () => {
  test.each([
    [1, "exact"],
    [8, "exact"],
    [9, "hutchinson"],
    [16, "hutchinson"],
  ] as const)("by default in dimension %d is %s", (dimension, expected) => {
    const { estimator, field, columns } = logDensityField(smallField(dimension));
    expect(estimator).toBe(expected);
    expect(field.roles.controls).toEqual(expected === "exact" ? [] : [NOISE_CONTROL]);
    expect(stateType(field).shape).toEqual(["batch", dimension + 1]);
    expect(columns).toEqual({ logDensity: dimension });
  });

  test("asked for is taken in any dimension", () => {
    expect(logDensityField(smallField(2), { estimator: "hutchinson" }).field.roles.controls).toEqual([
      NOISE_CONTROL,
    ]);
    expect(logDensityField(smallField(16), { estimator: "exact" }).field.roles.controls).toEqual([]);
  });

  test("keeps controls, parameters and features, and puts each integral where it says", () => {
    const field = controlledField("float32");
    const { field: augmented, columns } = logDensityField(field, {
      estimator: "hutchinson",
      frobenius: true,
    });
    expect(augmented.roles.controls).toEqual(["x", NOISE_CONTROL]);
    expect(augmented.parameters).toBe(field.parameters);
    expect(columns).toEqual({ logDensity: 2, frobenius: 3 });
    const all = logDensityField(field, { kinetic: true, frobenius: true });
    expect(all.columns).toEqual({ logDensity: 2, kinetic: 3, frobenius: 4 });
  });

  test("refuses states that are not vectors", () => {
    const shapes = [["batch"], ["batch", 2, 2], [3, 2]] as const;
    for (const shape of shapes) {
      const graph = trace({ z: { shape } }, ({ z }) => ({ dz: mul(z, 2) }));
      const field = makeField(graph, { state: "z", depth: undefined, controls: [], output: "dz" }, {});
      expect(() => logDensityField(field)).toThrow(/vectors, \[batch, d\]/);
    }
  });

  test("leaves features to corrections that read them", async () => {
    const graph = trace({ z: { shape: ["batch", 2], dtype: "float64" } }, ({ z }: NamedNodes) => {
      const inner = mul(z as Node, 3);
      return { dz: mul(inner, inner), inner };
    });
    const { dz, inner } = graph.outputs;
    const roles = { state: "z", depth: undefined, controls: [], output: "dz" };
    const field = makeField(
      { inputs: graph.inputs, outputs: { dz: dz as Node } },
      roles,
      {},
      { inner: inner as Node },
    );
    const { field: augmented } = logDensityField(field);
    const seen = trace({ z: stateType(augmented) }, ({ z }) => {
      const value = evaluateField(augmented, 0, z, {}, ["inner"]);
      return { inner: value.features.inner as Node };
    });
    const program = await compile(seen);
    const outputs = await program.run({ z: fromNumbers([0.5, -2, 7], [1, 3], "float64") });
    await program.dispose();
    expect([...toFloat64(outputs.inner as Tensor)]).toEqual([1.5, -6]);
  });
});

describe("Hutchinson's estimates", () => {
  const count = 40_000;

  /** Estimates of divergence and squared Frobenius norm at one point, one a row of noise. */
  async function estimates(field: Field, point: readonly number[], kind: (typeof noiseKinds)[number]) {
    const d = point.length;
    const { field: augmented, columns } = logDensityField(field, {
      estimator: "hutchinson",
      frobenius: true,
    });
    const { dtype } = stateType(augmented);
    const specs = { z: stateType(augmented), e: { shape: ["batch", d], dtype } } as const;
    const graph = trace(specs, ({ z, e }) => ({
      dz: evaluateField(augmented, 0.4, z, { controls: { [NOISE_CONTROL]: e } }).dz,
    }));
    const program = await compile(graph);
    const repeated = Array.from({ length: count }, () => [...point, 0, 0]).flat();
    const e = drawNoise(kind, [count, d], new Random(17));
    const { dz } = await program.run({ z: fromNumbers(repeated, [count, d + 2]), e });
    await program.dispose();
    return {
      divergence: columnOf(dz as Tensor, columns.logDensity).map((value) => -value),
      frobenius: columnOf(dz as Tensor, columns.frobenius ?? -1),
    };
  }

  const point = [0.3, -0.8, 0.5, 1.1];

  test.each(noiseKinds)("are right on average, within 4 standard errors: %s noise", async (kind) => {
    const found = await estimates(smallField(4, { seed: 3, strength: 3 }), point, kind);
    const wide = wideField(4, { seed: 3, strength: 3 });
    const values = await valuesOf(wide, 0.4, nudged(point, 1e-5));
    const jacobian = jacobianOf(values, 4, 1e-5);
    const exact = {
      divergence: jacobian.reduce((sum, row, i) => sum + (row[i] ?? 0), 0),
      frobenius: jacobian.flat().reduce((sum, value) => sum + value * value, 0),
    };
    for (const name of ["divergence", "frobenius"] as const) {
      const error = deviationOf(found[name]) / Math.sqrt(count);
      expect(Math.abs(meanOf(found[name]) - exact[name])).toBeLessThan(4 * error);
      // An interval that holds anything proves nothing: a value wrong by a quarter, or of the other sign, falls outside.
      expect(4 * error).toBeLessThan(0.25 * Math.abs(exact[name]));
      expect(error).toBeGreaterThan(0);
    }
  });

  test("of a diagonal Jacobian have no error at all with ±1", async () => {
    const field = linearField(
      [
        [2, 0],
        [0, -0.5],
      ],
      "float32",
    );
    const { divergence, frobenius } = await estimates(field, [1, 1], "rademacher");
    expect(new Set(divergence)).toEqual(new Set([1.5]));
    expect(new Set(frobenius)).toEqual(new Set([4.25]));
    expect(deviationOf((await estimates(field, [1, 1], "gaussian")).divergence)).toBeGreaterThan(1);
  });

  test("use one noise along the whole solve: for dz/ds = A z the integral is −eᵀAe, the path's length times", async () => {
    const { field, columns } = logDensityField(linearField(matrix), {
      estimator: "hutchinson",
      frobenius: true,
    });
    const e = fromNumbers([1, -2, 0.5, -1, 1, 1], [2, 3], "float64");
    const product = (i: number): number[] =>
      matrix.map((row) => row.reduce((sum, a, j) => sum + a * (toFloat64(e)[3 * i + j] ?? 0), 0));
    const quadratic = (i: number): number =>
      product(i).reduce((sum, value, j) => sum + value * (toFloat64(e)[3 * i + j] ?? 0), 0);
    const z0 = withZeroColumns(fromNumbers([1, 0, 0, 0, 2, -1], [2, 3], "float64"), 2);
    const options = { span: [0.5, -1.5], controls: { [NOISE_CONTROL]: e } } as const;
    const { states } = orThrow(await solveField(field, z0, options));
    const expected = [2 * quadratic(0), 2 * quadratic(1)];
    expect(relativeDifference(columnOf(last(states), columns.logDensity), expected)).toBeLessThan(
      FLOAT64_ROUNDING,
    );
    const norms = [0, 1].map((i) => -2 * product(i).reduce((sum, value) => sum + value * value, 0));
    expect(relativeDifference(columnOf(last(states), columns.frobenius ?? -1), norms)).toBeLessThan(
      FLOAT64_ROUNDING,
    );
  });

  test("need the noise to be given", async () => {
    const { field } = logDensityField(smallField(2), { estimator: "hutchinson" });
    const solve = solveField(field, withZeroColumns(normals(2, 2, 1), 1), { span: [0, 1] });
    await expect(solve).rejects.toMatchObject({
      code: expect.stringMatching(/MISSING_INPUT|DTYPE_MISMATCH/),
    });
  });
});

test("exact sums of a linear field are its matrix's trace and squared norm", async () => {
  const { field, columns } = logDensityField(linearField(matrix), { kinetic: true, frobenius: true });
  const graph = trace({ z: stateType(field) }, ({ z }) => ({ dz: evaluateField(field, 0, z).dz }));
  const program = await compile(graph);
  const { dz } = await program.run({ z: fromNumbers([1, 2, -1, 9, 9, 9], [1, 6], "float64") });
  await program.dispose();
  const f = matrix.map(([a = 0, b = 0, c = 0]) => a + 2 * b - c);
  expect(columns).toEqual({ logDensity: 3, kinetic: 4, frobenius: 5 });
  const kinetic = f.reduce((sum, value) => sum + value * value, 0);
  const expected = [...f, -traceOfMatrix, kinetic, squaresOfMatrix];
  expect(relativeDifference(toFloat64(dz as Tensor), expected)).toBeLessThan(FLOAT64_ROUNDING);
});

describe("error control on the first columns alone", () => {
  const field = wideField(2, { seed: 5, strength: 4 });
  const augmented = logDensityField(field, { kinetic: true }).field;
  const z0 = fromNumbers([0.5, -0.2, 1.3, 0.4], [2, 2], "float64");
  const wide = withZeroColumns(z0, 2);

  test.each([dopri5, bosh3, tsit5])("takes the steps that z takes by itself: $name", async (tableau) => {
    const sizes = async (own: Field, start: Tensor, columns?: number) => {
      const steps: number[] = [];
      const control = columns === undefined ? {} : { toleranceColumns: columns };
      const method = adaptive(tableau, { rtol: 1e-6, atol: 1e-6, ...control });
      const onStep = ({ dt }: { readonly dt: number }): void => void steps.push(dt);
      const { statistics, states } = orThrow(
        await solveField(own, start, { span: [0, 1], method, onStep }),
      ) as never as {
        statistics: { nfe: number };
        states: Tensor[];
      };
      return { steps, nfe: statistics.nfe, end: last(states) };
    };
    const [alone, together, all] = [
      await sizes(field, z0),
      await sizes(augmented, wide, 2),
      await sizes(augmented, wide),
    ];
    expect(together.nfe).toBe(alone.nfe);
    expect(relativeDifference(together.steps, alone.steps)).toBeLessThan(1e-9);
    expect(relativeDifference(columnOf(together.end, 0), columnOf(alone.end, 0))).toBeLessThan(1e-9);
    expect(all.steps).not.toEqual(together.steps);
  });

  test.each([0, 5, -1, 1.5, Number.NaN])(
    "refuses %d columns of a state of four",
    async (toleranceColumns) => {
      const options = { span: [0, 1], method: adaptive(dopri5, { toleranceColumns }) } as const;
      await expect(compileSolve(augmented, options)).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        facts: { what: "toleranceColumns" },
      });
    },
  );

  test("is refused by fixed steps, which control no error", () => {
    expect(() => withStepControl(resolveMethod("heun:4"), { toleranceColumns: 2 })).toThrow(
      /toleranceColumns[\s\S]*control no error[\s\S]*heun:4/,
    );
  });

  test("of all columns is the same as saying nothing", async () => {
    const options = { span: [0, 1], method: "dopri5@1e-5" } as const;
    const [said, unsaid] = [
      await solveField(augmented, wide, { ...options, method: "dopri5@1e-5,toleranceColumns=4" }),
      await solveField(augmented, wide, options),
    ];
    expect(said.states).toEqual(unsaid.states);
    expect(said.statistics.nfe).toBe(unsaid.statistics.nfe);
  });

  test("still notices NaN in the others", async () => {
    // The rate of the second column is 0/0 from z = 0 on, while the first stays at rest.
    const graph = trace({ z: { shape: ["batch", 2], dtype: "float64" } }, ({ z }) => ({
      dz: mul(mul(z as Node, 0), constant(fromNumbers([1, Number.POSITIVE_INFINITY], [1, 2], "float64"))),
    }));
    const broken = makeField(graph, { state: "z", depth: undefined, controls: [], output: "dz" }, {});
    const start = fromNumbers([1, 1], [1, 2], "float64");
    const { status } = await solveField(broken, start, { span: [0, 1], method: "dopri5@toleranceColumns=1" });
    expect(status).toBe("non-finite");
  });
});

test("in float32 the augmented field gives z as the field itself does", async () => {
  const field = smallField(3);
  const z = normals(4, 3, 2);
  const options = { span: [0, 1], method: fixed(heun, { steps: 3 }) } as const;
  const own = last((await solveField(field, z, options)).states);
  const both = last((await solveField(logDensityField(field).field, withZeroColumns(z, 1), options)).states);
  for (const column of [0, 1, 2])
    expect(relativeDifference(columnOf(both, column), columnOf(own, column))).toBeLessThan(FLOAT32_FORWARD);
});

test("a derivative that looks at other samples has no log-density", () => {
  const graph = trace({ z: { shape: ["batch", 2] } }, ({ z }) => ({ dz: sub(mean(z, 0, true), z) }));
  const field = makeField(graph, { state: "z", depth: undefined, controls: [], output: "dz" }, {});
  expect(() => logDensityField(field)).toThrow("depends on other samples");
});
