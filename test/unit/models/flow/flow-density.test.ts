import { describe, expect, test } from "vitest";
import { add, concat, constant, mul, slice, trace } from "../../../../src/graph/index.js";
import type { Correction } from "../../../../src/hypersolver/index.js";
import { hyper } from "../../../../src/hypersolver/index.js";
import { meanNegative } from "../../../../src/models/flow/flow-density.js";
import { noiseKinds } from "../../../../src/models/flow/noise-kinds.js";
import { compileFlowDensity, compileFlowSampler } from "../../../../src/models/index.js";
import { type Field, fieldAs, fixed, heun, solveField } from "../../../../src/ode/index.js";
import { cast, fromNumbers, Random, rows, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { handMade, node, zeroCorrection } from "../../../helpers/corrections.js";
import {
  columnOf,
  deviationOf,
  flowOver,
  meanOf,
  normals,
  scaled,
  smallField,
} from "../../../helpers/flows.js";
import { FLOAT32_FORWARD } from "../../../helpers/tolerances.js";

const standardization = { shift: [3, -2], scale: [0.5, 4] };

describe("the noise of an estimated density", () => {
  const flow = flowOver(smallField(3, { seed: 2 }));
  const x = normals(8, 3, 1);
  const options = { estimator: "hutchinson", method: "rk4:4" } as const;

  test("comes from its seed: the same twice, another with another", async () => {
    const first = async (seed: number): Promise<Float64Array> => {
      const density = await compileFlowDensity(flow, { ...options, seed });
      const { values } = await density.run(x);
      await density.dispose();
      return values;
    };
    expect(await first(1)).toEqual(await first(1));
    expect(await first(1)).not.toEqual(await first(2));
  });

  test("is drawn anew every run, or from a stream that is given", async () => {
    const density = await compileFlowDensity(flow, options);
    const [once, twice] = [await density.run(x), await density.run(x)];
    expect(once.values).not.toEqual(twice.values);
    expect(once.z).toEqual(twice.z);
    const given = async () => (await density.run(x, undefined, new Random(4))).values;
    expect(await given()).toEqual(await given());
    await density.dispose();
  });

  test.each(noiseKinds)("leaves log p right on average: %s", async (noise) => {
    const exact = await compileFlowDensity(flow, { method: "rk4:4" });
    expect(exact.estimator).toBe("exact");
    const point = rows(x, 0, 1);
    const [expected = Number.NaN] = (await exact.run(point)).values;
    const estimated = await compileFlowDensity(flow, { ...options, noise });
    const many = fromNumbers(Array.from({ length: 4000 }, () => [...toFloat64(point)]).flat(), [4000, 3]);
    const { values } = await estimated.run(many);
    const error = deviationOf(values) / Math.sqrt(4000);
    expect(Math.abs(meanOf(values) - expected)).toBeLessThan(4 * error);
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(0.05);
    await exact.dispose();
    await estimated.dispose();
  });

  test("serves fields of float64 and sixteen columns by default", async () => {
    const wide = flowOver(fieldAs(smallField(16), "float64"));
    const density = await compileFlowDensity(wide, { method: "rk4:2" });
    expect(density.estimator).toBe("hutchinson");
    const { values } = await density.run(normals(4, 16, 2));
    expect(values.every(Number.isFinite)).toBe(true);
    await density.dispose();
  });
});

describe("a density", () => {
  const flow = flowOver(smallField(2), { standardization });
  const x = fromNumbers([3.2, -1, 2.1, -7, 3.9, 1], [3, 2]);

  test("takes other parameters at run time", async () => {
    const density = await compileFlowDensity(flow);
    const own = await density.run(x);
    const doubled = Object.fromEntries(
      Object.entries(flow.field.parameters).map(([name, value]) => [name, scaled(value, 2)]),
    );
    const other = await density.run(x, doubled);
    expect(other.values).not.toEqual(own.values);
    const theirs = await compileFlowDensity({ ...flow, field: { ...flow.field, parameters: doubled } });
    expect((await theirs.run(x)).values).toEqual(other.values);
    expect((await density.run(x)).values).toEqual(own.values);
    await density.dispose();
    await theirs.dispose();
  });

  test("takes points of float64, and any number of them", async () => {
    const density = await compileFlowDensity(flow);
    const all = (await density.run(x)).values;
    expect(relativeDifference((await density.run(cast(x, "float64"))).values, all)).toBeLessThan(1e-5);
    const one = (await density.run(rows(x, 1, 2))).values;
    expect(Math.abs((one[0] ?? 0) - (all[1] ?? 0))).toBeLessThan(1e-3);
    await density.dispose();
  });

  test("refuses points of other columns, none at all, or not finite", async () => {
    const density = await compileFlowDensity(flow);
    await expect(density.run(normals(2, 3, 1))).rejects.toMatchObject({ code: "SHAPE_MISMATCH" });
    await expect(density.run(fromNumbers([], [0, 2]))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const nan = fromNumbers([Number.NaN, 1], [1, 2]);
    await expect(density.run(nan)).rejects.toMatchObject({ code: "NON_FINITE" });
    await density.dispose();
  });

  test("controls z alone when asked: no more evaluations than z by itself", async () => {
    const field = fieldAs(smallField(2, { strength: 4 }), "float64");
    const own = flowOver(field);
    const z = cast(normals(5, 2, 9), "float64");
    const alone = await solveField(field, z, { span: [1, 0], method: "dopri5@1e-5" });
    const [controlled, whole] = [
      await compileFlowDensity(own, { toleranceOnState: true }),
      await compileFlowDensity(own),
    ];
    const [cheap, dear] = [await controlled.run(z), await whole.run(z)];
    expect(cheap.statistics.nfe).toBe(alone.statistics.nfe);
    expect(dear.statistics.nfe).toBeGreaterThan(cheap.statistics.nfe);
    expect(relativeDifference(cheap.values, dear.values)).toBeLessThan(1e-3);
    await controlled.dispose();
    await whole.dispose();
  });

  test("mean of −log p", () => {
    expect(meanNegative(Float64Array.of(1, -3, 5))).toBe(-1);
  });
});

describe("a correction", () => {
  /** g = (z₂, z₁). */
  const correction = handMade(heun, ["z", "stages", "epsilon"], ({ z }) => swapped(node(z)), {
    dtype: "float32",
  });
  const field: Field = smallField(2, { seed: 8 });
  const flow = flowOver(field, { standardization });

  test("samples in 2 evaluations of f and 1 of g, restored to units of the data", async () => {
    const sampler = await compileFlowSampler(flow, { method: hyper(correction, { steps: 1 }) });
    const z = normals(4, 2, 3);
    const { x, statistics } = await sampler.push(z);
    expect(statistics).toMatchObject({ nfe: 2, gCalls: 1, acceptedSteps: 1 });
    const { states } = await solveField(field, z, { span: [0, 1], method: fixed(heun, { steps: 1 }) });
    const base = states.at(-1) as Tensor;
    const [first, second] = [columnOf(base, 0), columnOf(base, 1)];
    const zs = [columnOf(z, 0), columnOf(z, 1)];
    expect(
      relativeDifference(
        columnOf(x, 0),
        first.map((u, i) => 3 + 0.5 * (u + (zs[1]?.[i] ?? 0))),
      ),
    ).toBeLessThan(FLOAT32_FORWARD);
    expect(
      relativeDifference(
        columnOf(x, 1),
        second.map((u, i) => -2 + 4 * (u + (zs[0]?.[i] ?? 0))),
      ),
    ).toBeLessThan(FLOAT32_FORWARD);
    await sampler.dispose();
  });

  test("of nothing samples as its base, bit for bit, and leaves log-densities alone", async () => {
    const zero = zeroCorrection(heun, "float32");
    const x = fromNumbers([3.2, -1, 2.1, -7], [2, 2]);
    const results = [];
    for (const method of [fixed(heun, { steps: 2 }), hyper(zero, { steps: 2 })]) {
      const options = { method };
      const [sampler, density] = [
        await compileFlowSampler(flow, options),
        await compileFlowDensity(flow, options),
      ];
      const samples = await sampler.sample(7, new Random(3));
      results.push({ x: samples.x.data, z: samples.z.data, values: (await density.run(x)).values });
      await sampler.dispose();
      await density.dispose();
    }
    expect(results[1]).toEqual(results[0]);
  });

  test("moves z, and log p follows the base along the corrected path", async () => {
    const density = await compileFlowDensity(flow, { method: hyper(correction, { steps: 2 }) });
    const plain = await compileFlowDensity(flow, { method: fixed(heun, { steps: 2 }) });
    const x = fromNumbers([3.2, -1, 2.1, -7], [2, 2]);
    const [corrected, base] = [await density.run(x), await plain.run(x)];
    expect(corrected.statistics).toMatchObject({ nfe: 4, gCalls: 2 });
    expect(corrected.z).not.toEqual(base.z);
    expect(corrected.values).not.toEqual(base.values);
    await density.dispose();
    await plain.dispose();
  });

  test("made for (z, log-density) corrects the log-density as well", async () => {
    const graph = trace({ z: { shape: ["batch", 3] } }, ({ z }) => ({
      g: add(mul(z, 0), constant(fromNumbers([0, 0, 1], [1, 3]))),
    }));
    const whole: Correction = { base: heun, inputs: ["z"], features: [], graph, parameters: {} };
    const [own, plain] = [
      await compileFlowDensity(flow, { method: hyper(whole, { steps: 2 }) }),
      await compileFlowDensity(flow, { method: fixed(heun, { steps: 2 }) }),
    ];
    const x = fromNumbers([3.2, -1, 2.1, -7], [2, 2]);
    const [corrected, base] = [await own.run(x), await plain.run(x)];
    expect(corrected.z).toEqual(base.z);
    // Two steps of ε = −1/2 add ε³ each to the integral, which is taken from log p.
    const expected = base.values.map((value) => value + 0.25);
    expect(relativeDifference(corrected.values, expected)).toBeLessThan(FLOAT32_FORWARD);
    await own.dispose();
    await plain.dispose();
  });

  test("made for (z, log-density) learned from exact divergences, and gets them", async () => {
    const wide = flowOver(smallField(9));
    const whole: Correction = zeroCorrection(heun, "float32", 10);
    const options = { method: hyper(whole, { steps: 1 }) };
    const density = await compileFlowDensity(wide, options);
    expect(density.estimator).toBe("exact");
    await density.dispose();
    await expect(compileFlowDensity(wide, { ...options, estimator: "hutchinson" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "density: estimator" },
    });
  });

  test("controls no error of z alone", async () => {
    const options = { method: hyper(correction, { steps: 1 }), toleranceOnState: true };
    await expect(compileFlowDensity(flow, options)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "toleranceColumns" },
    });
  });
});

describe("a sampler", () => {
  test("draws from the base of its flow, the same for the same seed", async () => {
    const flow = flowOver(smallField(2), { standardization });
    const sampler = await compileFlowSampler(flow);
    const [a, b] = [await sampler.sample(50, new Random(1)), await sampler.sample(50, new Random(1))];
    expect(a.x).toEqual(b.x);
    expect(a.z.data).toEqual(flow.base.sample(50, 2, new Random(1)).data);
    expect((await sampler.sample(50, new Random(2))).x).not.toEqual(a.x);
    for (const count of [0, 1.5, 1e10])
      await expect(sampler.sample(count, new Random(1))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await sampler.dispose();
  });

  test("of a field at rest gives the base in units of the data", async () => {
    const field = smallField(2, { strength: 0 });
    const sampler = await compileFlowSampler(flowOver(field, { standardization }));
    const { x, z } = await sampler.sample(5, new Random(1));
    const expected = toFloat64(z).map((u, i) => (i % 2 === 0 ? 3 + 0.5 * u : -2 + 4 * u));
    expect(relativeDifference(toFloat64(x), expected)).toBeLessThan(FLOAT32_FORWARD);
    await sampler.dispose();
  });
});

function swapped(z: ReturnType<typeof node>): ReturnType<typeof node> {
  return concat([slice(z, 1, 1, 2), slice(z, 1, 0, 1)], 1);
}
