import { describe, expect, test } from "vitest";
import { mul, trace } from "../../../src/graph/index.js";
import {
  chooseReference,
  referenceAt,
  referencePrecision,
} from "../../../src/hypersolver/reference/reference.js";
import { columnValues, type RowTable } from "../../../src/hypersolver/reference/row-table.js";
import {
  RESIDUAL,
  type ResidualDataOptions,
  residualData,
} from "../../../src/hypersolver/reference/training-data.js";
import {
  controlColumn,
  pointColumn,
  trajectoryData,
} from "../../../src/hypersolver/reference/trajectory-data.js";
import { type ButcherTableau, euler, heun, rk4, type Span, uniformMesh } from "../../../src/ode/index.js";
import { makeField, rungeKuttaStep } from "../../../src/ode/internal.js";
import { plainAlgebra } from "../../../src/ode/methods/algebra.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { type ClosedForm, driven, pulse, spiral } from "../../helpers/closed-form.js";
import { relativeDifference } from "../../helpers/compare.js";
import { FLOAT32_STORED } from "../../helpers/tolerances.js";

const tight = referenceAt(1e-12);
const count = 17;

/** Distinct states, and controls that differ from sample to sample. */
const samples = (problem: ClosedForm) => {
  const random = new Random(5);
  const numbers = (length: number) => Float32Array.from({ length }, () => 0.4 + random.uniform());
  return {
    z0: fromNumbers(numbers(count * 2), [count, 2]),
    controls: problem.controlled ? { x: fromNumbers(numbers(count), [count, 1]) } : {},
  };
};

type Overrides = Partial<Omit<ResidualDataOptions, "field">>;

function dataOf(problem: ClosedForm, base: ButcherTableau, overrides: Overrides = {}): Promise<RowTable> {
  return residualData({
    ...{ field: problem.field("float32"), base, span: [0.2, 1.1], steps: 3, reference: tight },
    correction: {
      inputs: ["z", "stages", "epsilon", "s", "z0", ...(problem.controlled ? (["x"] as const) : [])],
      features: [],
    },
    ...{ samples: samples(problem), random: new Random(3), epsilon: [0.1, 0.4] },
    ...overrides,
  });
}

/** Rows of one column of the table. */
function rowsOf(table: RowTable, name: string): number[][] {
  const { shape, data } = columnValues(table, name);
  const width = shape[1] ?? 1;
  return Array.from({ length: shape[0] ?? 0 }, (_, i) =>
    Array.from(data.slice(i * width, (i + 1) * width), Number),
  );
}

/** (Φ(z) − z − ε ψ)/ε^(p+1) in plain numbers. */
function exactResidual(
  { exact }: ClosedForm,
  f: (s: number, z: Float64Array) => Float64Array,
  base: ButcherTableau,
  { s, epsilon, z, x }: { s: number; epsilon: number; z: readonly number[]; x: number },
): number[] {
  const { y1 } = rungeKuttaStep(base, f, plainAlgebra, { s, dt: epsilon, y: Float64Array.from(z) });
  const end = exact(s, s + epsilon, z, x);
  return end.map((value, i) => (value - (y1[i] ?? Number.NaN)) / epsilon ** (base.order + 1));
}

const fields = {
  spiral:
    () =>
    (_: number, [a = 0, b = 0]: Float64Array) =>
      Float64Array.of(-0.4 * a - 1.3 * b, 1.3 * a - 0.4 * b),
  driven: (x: number) => (s: number, z: Float64Array) => z.map((value) => x * Math.cos(s) * value),
};

const cases = [
  { problem: spiral, field: fields.spiral },
  { problem: pulse, field: fields.driven },
  { problem: driven, field: fields.driven },
];
const spans: readonly Span[] = [
  [0.2, 1.1],
  [1.1, 0.2],
];

describe("rows of residual data", () => {
  test.each(cases)("hold the closed-form residual of their own z, s, ε and x: $problem.name", async (it) => {
    const { problem, field } = it;
    for (const span of spans) {
      for (const base of [euler, heun, rk4]) {
        const table = await dataOf(problem, base, { span });
        expect(table.data.shape[0]).toBe(count * 6);
        const [z, s, epsilon, residual] = ["z", "s", "epsilon", RESIDUAL].map((name) => rowsOf(table, name));
        const x = problem.controlled ? rowsOf(table, "x x") : undefined;
        const expected = (z ?? []).map((state, i) => {
          const place = {
            z: state,
            s: s?.[i]?.[0] ?? 0,
            epsilon: epsilon?.[i]?.[0] ?? 0,
            x: x?.[i]?.[0] ?? 1,
          };
          return exactResidual(problem, field(place.x), base, place);
        });
        // Inputs rounded to float32 move the recomputed residual of order 4, which 1e-12/0.1^5 blurs further, to 1e-5.
        const tolerance = base === rk4 ? 2e-5 : 3 * FLOAT32_STORED;
        expect(relativeDifference((residual ?? []).flat(), expected.flat())).toBeLessThan(tolerance);
        expect(
          (epsilon ?? []).every(([value = 0]) => Math.sign(value) === Math.sign(span[1] - span[0])),
        ).toBe(true);
      }
    }
  });

  test("belong to one sample: z0, x, s and z agree, the stages are f's", async () => {
    const table = await dataOf(driven, heun);
    const [z, z0, s, x, k0, k1, epsilon] = ["z", "z0", "s", "x x", "k0", "k1", "epsilon"].map((name) =>
      rowsOf(table, name),
    );
    for (const [i, state] of (z ?? []).entries()) {
      const [at = 0, drive = 0, dt = 0] = [s?.[i]?.[0], x?.[i]?.[0], epsilon?.[i]?.[0]];
      const from = driven.exact(0.2, at, z0?.[i] ?? [], drive);
      expect(relativeDifference(state, from)).toBeLessThan(FLOAT32_STORED);
      const { stages } = rungeKuttaStep(heun, fields.driven(drive), plainAlgebra, {
        s: at,
        dt,
        y: Float64Array.from(state),
      });
      expect(
        relativeDifference(
          [...(k0?.[i] ?? []), ...(k1?.[i] ?? [])],
          [...(stages[0] ?? []), ...(stages[1] ?? [])],
        ),
      ).toBeLessThan(FLOAT32_STORED);
    }
    const starts = rowsOf({ ...table }, "z0").map(String);
    const known = samples(driven).z0;
    for (let i = 0; i < count; i++) {
      const own = String([known.data[2 * i], known.data[2 * i + 1]]);
      expect(starts.filter((each) => each === own)).toHaveLength(6);
    }
  });

  test("serve a field whose control bears the name of a column", async () => {
    const specs = { y: { shape: ["batch", 2] }, z: { shape: ["batch", 1] } } as const;
    const graph = trace(specs, ({ y, z }) => ({ dy: mul(y, z) }));
    const field = makeField(graph, { state: "y", depth: undefined, controls: ["z"], output: "dy" }, {});
    const { z0, controls } = samples(driven);
    const drive = controls.x ?? z0;
    const table = await residualData({
      ...{ field, base: euler, span: [0, 1], steps: 1, reference: tight, random: new Random(3) },
      correction: { inputs: ["z", "x"], features: [] },
      samples: { z0, controls: { z: drive } },
    });
    const [z, x, residual] = ["z", "x z", RESIDUAL].map((name) => rowsOf(table, name));
    const expected = (z ?? []).flatMap((state, i) => {
      const rate = x?.[i]?.[0] ?? 0;
      return state.map((value) => value * (Math.exp(rate) - 1 - rate));
    });
    expect(relativeDifference((residual ?? []).flat(), expected)).toBeLessThan(FLOAT32_STORED);
  });

  test("of fewer trajectories together are of more steps, and as many rows", async () => {
    const stepsIn = (table: RowTable): Set<string> => {
      const places = rowsOf(table, "s");
      return new Set(rowsOf(table, "epsilon").map((size, i) => `${size} at ${places[i]}`));
    };
    const [all, few] = [await dataOf(spiral, euler), await dataOf(spiral, euler, { together: 5 })];
    expect(few.data.shape).toEqual(all.data.shape);
    // Three of the target mesh, and three at random for each of four chunks of the 17.
    expect([stepsIn(all).size, stepsIn(few).size]).toEqual([6, 15]);
  });

  test("are shuffled, the same way for the same seed", async () => {
    const [once, again, other] = [
      await dataOf(spiral, heun),
      await dataOf(spiral, heun),
      await dataOf(spiral, heun, { random: new Random(4) }),
    ];
    expect(again).toEqual(once);
    expect(other.data.data).not.toEqual(once.data.data);
    const first = rowsOf(once, "s").flat();
    expect(first).not.toEqual([...first].sort((a, b) => a - b));
  });

  test("carry the error of the reference divided by ε^(p+1): a looser tolerance is noisier", async () => {
    const noise = async (tolerance: number): Promise<number> => {
      // One long step, so that the reference's own step control is at work.
      const table = await dataOf(spiral, heun, {
        reference: referenceAt(tolerance),
        span: [0, 2],
        steps: 1,
        epsilon: [1, 2],
      });
      const [z, epsilon, residual] = ["z", "epsilon", RESIDUAL].map((name) => rowsOf(table, name));
      const distances = (z ?? []).map((state, i) => {
        const place = { z: state, s: 0, epsilon: epsilon?.[i]?.[0] ?? 0, x: 1 };
        const exact = exactResidual(spiral, fields.spiral(), heun, place);
        return Math.hypot(...exact.map((value, j) => value - (residual?.[i]?.[j] ?? Number.NaN)));
      });
      return distances.reduce((total, value) => total + value / distances.length, 0);
    };
    const [loose, middle, fine, exact] = [
      await noise(1e-2),
      await noise(1e-3),
      await noise(1e-4),
      await noise(1e-8),
    ];
    expect(loose).toBeGreaterThan(2 * middle);
    expect(middle).toBeGreaterThan(2 * fine);
    expect(loose).toBeLessThan(1e-2 * 10);
    // What is left is the rounding of rows, which are float32.
    expect(exact).toBeLessThan(1e-6);
  });
});

describe("trajectory data", () => {
  test.each(spans)("is the closed-form flow on the mesh, controls beside it: %d to %d", async (...span) => {
    const steps = 4;
    const shared = { field: driven.field("float32"), span, steps, random: new Random(1), reference: tight };
    const table = await trajectoryData({ ...shared, samples: samples(driven) });
    expect(table.data.shape[0]).toBe(count);
    const points = uniformMesh(span, steps);
    const [z0, x] = [rowsOf(table, pointColumn(0)), rowsOf(table, controlColumn("x"))];
    for (const [k, point] of points.entries()) {
      for (const [i, state] of rowsOf(table, pointColumn(k)).entries()) {
        const expected = driven.exact(span[0], point, z0[i] ?? [], x[i]?.[0]);
        expect(relativeDifference(state, expected)).toBeLessThan(FLOAT32_STORED);
      }
    }
    const drives = x.flat().sort();
    expect(drives).toEqual([...toFloat64(samples(driven).controls.x as Tensor)].sort());
  });
});

describe("the reference that is chosen", () => {
  test("follows ε^(p+1), within [1e-10, 1e-5], in float64 below 1e-6", () => {
    expect(chooseReference(1, 2).text).toBe("dopri5@1e-5");
    expect(chooseReference(0.1, 1).rtol).toBeCloseTo(1e-7, 12);
    expect(chooseReference(0.01, 4).text).toBe("dopri5@1e-10");
    expect(chooseReference(10, 4).text).toBe("dopri5@1e-5");
    expect(chooseReference(0.01, 4, 1e-3).text).toBe("dopri5@1e-3");
    expect([1e-3, 1e-6, 9e-7].map((tolerance) => referencePrecision(referenceAt(tolerance)))).toEqual([
      "float32",
      "float32",
      "float64",
    ]);
  });
});
