import { describe, expect, test } from "vitest";
import { add, div, mul, type Node, reshape, square, sub, trace } from "../../../../src/graph/index.js";
import { compileFlowMatching, type FlowMatchingOptions } from "../../../../src/models/flow/flow-matching.js";
import { compileFlowSampler, normalBase } from "../../../../src/models/index.js";
import { type Field, fieldAs, type Span } from "../../../../src/ode/index.js";
import { makeField } from "../../../../src/ode/internal.js";
import { adam, cosineAnnealing, sgd } from "../../../../src/optim/index.js";
import { cast, fromNumbers, Random, rows, toFloat64 } from "../../../../src/tensor/index.js";
import { depthShapes } from "../../../helpers/controlled-field.js";
import {
  columnOf,
  deviationOf,
  flowOver,
  gaussianData,
  meanOf,
  normals,
  smallField,
  valuesOf,
} from "../../../helpers/flows.js";

const [mean, deviation] = [1.5, 0.5];
const common = { base: normalBase, span: [0, 1] as Span, optimizer: sgd(), averageDecay: 0.99, batch: 256 };

/** Paths z = a x₀ + t x₁ with a = 1 − (1 − σ)t: how they move at (t, z) on average, and how far they spread. */
function optimum(t: number, sigma = 0) {
  const a = 1 - (1 - sigma) * t;
  const variance = a * a + t * t * deviation ** 2;
  const slope = (t * deviation ** 2 - (1 - sigma) * a) / variance;
  const spread = deviation ** 2 + (1 - sigma) ** 2 - slope ** 2 * variance;
  return { velocity: (z: number): number => mean + slope * (z - t * mean), spread };
}

/** w times the optimal field for one normal column, over the span; w = 1 is the best there is. */
function optimalField([t0, t1]: Span, sigma: number): Field {
  const specs = { z: { shape: ["batch", 1] }, s: { shape: ["batch", 1] }, w: { shape: [1] } } as const;
  const graph = trace(specs, ({ z, s, w }) => {
    const t = mul(sub(s, t0), 1 / (t1 - t0));
    const a = add(mul(t, sigma - 1), 1);
    const variance = add(square(a), mul(square(t), deviation ** 2));
    const slope: Node = div(sub(mul(t, deviation ** 2), mul(a, 1 - sigma)), variance);
    const u = add(mul(slope, sub(z, mul(t, mean))), mean);
    return { dz: mul(mul(u, 1 / (t1 - t0)), reshape(w, [1, 1])) };
  });
  const roles = { state: "z", depth: "s", controls: [], output: "dz" };
  return makeField(graph, roles, { w: fromNumbers([1], [1]) });
}

describe("the loss", () => {
  const cases: [string, { readonly span?: Span; readonly sigma?: number; readonly timeExponent?: number }][] =
    [
      ["over [0, 1]", {}],
      ["over [2, 5]", { span: [2, 5] }],
      ["over [1, −1], downwards", { span: [1, -1] }],
      ["with blurred ends", { sigma: 0.3 }],
      ["at uniform depths", { timeExponent: 1 }],
      ["at early depths", { timeExponent: 0.5 }],
    ];

  test.each(cases)(
    "of the optimal field is the spread that no field can explain: %s",
    async (_, { span = [0, 1], sigma = 0, ...timeExponent }) => {
      const batch = 20_000;
      const field = optimalField(span, sigma);
      const training = await compileFlowMatching(field, {
        ...{ ...common, tails: { share: 0, scale: 1 } },
        ...{ span, sigma, batch, ...timeExponent },
      });
      const data = gaussianData([mean], deviation);
      const { loss, gradientNorm } = await training.step(data.batch(batch, new Random(8)), 0);
      const length = span[1] - span[0];
      const spreads = Array.from(
        { length: 400 },
        (_unused, i) => optimum(1 - (1 - (i + 0.5) / 400) ** (timeExponent.timeExponent ?? 2), sigma).spread,
      );
      const expected = meanOf(Float64Array.from(spreads)) / length ** 2;
      // A square of normals has deviation √2: one per cent of the loss at 20 000 rows.
      expect(Math.abs(loss / expected - 1)).toBeLessThan(0.04);
      // At its minimum in w, which a wrong depth or velocity would move.
      expect(gradientNorm).toBeLessThan((0.08 * (mean ** 2 + 1)) / length ** 2);
      await training.dispose();
    },
  );
});

describe("tails", () => {
  const tailed: [string, Pick<FlowMatchingOptions, "tails" | "radius">][] = [
    ["with the default's", {}],
    ["with a radius", { radius: 3 }],
    ["with many and far", { tails: { share: 0.5, scale: 3 }, radius: 2 }],
  ];
  const batch = 20_000;
  const gradientNormOf = async (
    field: Field,
    options: Partial<FlowMatchingOptions>,
    data = gaussianData([mean], deviation).batch(batch, new Random(8)),
  ): Promise<number> => {
    const training = await compileFlowMatching(field, { ...common, batch, ...options });
    const { gradientNorm } = await training.step(data, 0);
    await training.dispose();
    return gradientNorm;
  };

  test.each(tailed)("leave the minimum where it is: %s", async (_, options) => {
    const bound = 0.08 * (mean ** 2 + 1);
    expect(await gradientNormOf(optimalField([0, 1], 0), options)).toBeLessThan(bound);
  });

  test("would move it without weights", async () => {
    // The same draws given as if the base were as wide: the optimum for the base is none for them.
    const wide = { ...normalBase, sample: widerDraws };
    const norm = await gradientNormOf(optimalField([0, 1], 0), {
      ...{ base: wide, tails: { share: 0, scale: 1 } },
    });
    expect(norm).toBeGreaterThan(0.08 * (mean ** 2 + 1));
  });

  test("a datum beyond the radius makes no path heavier than 1", async () => {
    const far = fromNumbers(new Float64Array(batch).fill(50), [batch, 1]);
    const loss = async (radius: number): Promise<number> => {
      const training = await compileFlowMatching(smallField(1), { ...common, batch, radius });
      const step = await training.step(far, 0);
      await training.dispose();
      return step.loss;
    };
    expect(await loss(2)).toBeLessThan(1.2 * (await loss(100)));
  });
});

describe("the weights", () => {
  const lossOf = async (d: number, options: Partial<FlowMatchingOptions>): Promise<number> => {
    const { batch = common.batch } = options;
    const training = await compileFlowMatching(smallField(d), { ...common, ...options });
    const { loss } = await training.step(normals(batch, d, 3), 0);
    await training.dispose();
    return loss;
  };

  test.each([80, 100, 200])("are finite in %d columns, also where tails are wide", async (d) => {
    const radius = 1.5 * Math.sqrt(d);
    for (const tails of [{}, { tails: { share: 1 / 8, scale: 1.6 } }, { tails: { share: 0.5, scale: 3 } }]) {
      const loss = await lossOf(d, { batch: 512, radius, ...tails });
      expect(loss / d).toBeGreaterThan(0.5);
      expect(loss / d).toBeLessThan(20);
    }
  });

  test("know the share that is widened of a small batch", async () => {
    const quarter = { tails: { share: 1 / 4, scale: 1.6 } };
    expect(await lossOf(2, { batch: 4 })).toBe(await lossOf(2, { batch: 4, ...quarter }));
    expect(await lossOf(2, { batch: 3 })).toBe(await lossOf(2, { batch: 3, tails: { share: 0, scale: 1 } }));
  });
});

const widerDraws: typeof normalBase.sample = (count, dimension, random) => {
  const draws = normalBase.sample(count, dimension, random);
  return { ...draws, data: draws.data.map((value) => 3 * value) };
};

describe("training", () => {
  async function trained(span: Span, options: Partial<FlowMatchingOptions> = {}): Promise<Field> {
    const field = smallField(1, { hidden: [32], strength: 1 });
    const training = await compileFlowMatching(field, { ...common, span, optimizer: adam(), ...options });
    const data = gaussianData([mean], deviation);
    const random = new Random(2);
    const rate = cosineAnnealing({ from: 2e-2, iterations: 1500 });
    for (let i = 0; i < 1500; i++) await training.step(data.batch(256, random), rate(i));
    const parameters = training.averaged();
    await training.dispose();
    return { ...field, parameters };
  }

  test.each([
    [0, 1],
    [2, 5],
  ] as const)(
    "finds the optimal field of a Gaussian, and its samples the moments: span [%d, %d]",
    async (t0, t1) => {
      const field = await trained([t0, t1]);
      const length = t1 - t0;
      const gaps: number[] = [];
      for (const t of [0.05, 0.25, 0.5, 0.75, 0.95]) {
        const reach = Math.sqrt((1 - t) ** 2 + (t * deviation) ** 2);
        const z = [-1.5, -0.75, 0, 0.75, 1.5].map((sign) => t * mean + sign * reach);
        const found = await valuesOf(field, t0 + length * t, fromNumbers(z, [5, 1]));
        z.forEach(
          (value, i) => void gaps.push((found[i] ?? Number.NaN) * length - optimum(t).velocity(value)),
        );
      }
      // Velocities themselves reach 2.5.
      expect(Math.sqrt(meanOf(Float64Array.from(gaps, (gap) => gap * gap)))).toBeLessThan(0.2);
      const sampler = await compileFlowSampler(flowOver(field, { span: [t0, t1] }));
      const { x } = await sampler.sample(4000, new Random(6));
      expect(Math.abs(meanOf(columnOf(x, 0)) - mean)).toBeLessThan(0.08);
      expect(Math.abs(deviationOf(columnOf(x, 0)) - deviation)).toBeLessThan(0.08);
      await sampler.dispose();
    },
  );
});

describe("a step", () => {
  const field = smallField(2);
  const x = normals(256, 2, 5);
  const trainer = (options: Partial<FlowMatchingOptions> = {}, own = field) =>
    compileFlowMatching(own, { ...common, optimizer: adam(), ...options });

  test("with learning rate 0 changes nothing, and costs no solve", async () => {
    const training = await trainer();
    const before = training.parameters();
    const result = await training.step(x, 0);
    expect(result.taken).toBe(true);
    expect(result).not.toHaveProperty("nfe");
    expect(training.parameters()).toEqual(before);
    await training.dispose();
  });

  test("on NaN is not taken and changes nothing", async () => {
    const training = await trainer();
    const bad = fromNumbers([Number.NaN, ...toFloat64(x).slice(1)], [256, 2]);
    const before = training.state();
    expect((await training.step(bad, 0.1)).taken).toBe(false);
    expect(training.state()).toEqual(before);
    expect((await training.step(x, 0.1)).taken).toBe(true);
    await training.dispose();
  });

  test("draws depths and base points anew, by seed and iteration", async () => {
    const losses = async (seed: number): Promise<number[]> => {
      const training = await trainer({ seed });
      const result = [(await training.step(x, 0)).loss, (await training.step(x, 0)).loss];
      await training.dispose();
      return result;
    };
    const [first, again, other] = [await losses(1), await losses(1), await losses(2)];
    expect(again).toEqual(first);
    expect(first[0]).not.toBe(first[1]);
    expect(other[0]).not.toBe(first[0]);
  });

  test("goes on bit by bit from a state", async () => {
    const training = await trainer();
    for (let i = 0; i < 3; i++) await training.step(x, 0.05);
    const saved = training.state();
    const expected = [await training.step(x, 0.05), training.parameters(), training.averaged()];
    const other = await trainer();
    other.restore(saved);
    expect([await other.step(x, 0.05), other.parameters(), other.averaged()]).toEqual(expected);
    await training.dispose();
    await other.dispose();
  });

  test("takes data of float64, and a field of float64", async () => {
    const [training, wide] = [await trainer(), await trainer({}, fieldAs(field, "float64"))];
    const { loss } = await training.step(x, 0);
    expect((await training.step(cast(x, "float64"), 0)).taken).toBe(true);
    expect((await wide.step(x, 0)).loss).toBeCloseTo(loss, 5);
    await training.dispose();
    await wide.dispose();
  });

  test.each([
    { sigma: -1 },
    { sigma: Number.NaN },
    { timeExponent: 0 },
    { timeExponent: Number.POSITIVE_INFINITY },
  ])("refuses %o", async (broken) => {
    await expect(trainer(broken)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("takes batches of the promised number of rows only", async () => {
    const training = await trainer();
    await expect(training.step(rows(x, 0, 255), 0.1)).rejects.toMatchObject({ code: "SHAPE_MISMATCH" });
    await training.dispose();
  });
});

describe("a field whose depth is", () => {
  const fieldWith = (depth: keyof typeof depthShapes): Field => {
    const specs = {
      z: { shape: ["batch", 2] },
      s: { shape: depthShapes[depth] },
      w: { shape: [2] },
    } as const;
    const graph = trace(specs, ({ z, s, w }) => {
      const at = s.shape.includes("batch") ? reshape(s, ["batch", 1]) : reshape(s, [1, 1]);
      return { dz: mul(mul(z, at), reshape(w, [1, 2])) };
    });
    const roles = { state: "z", depth: "s", controls: [], output: "dz" };
    return makeField(graph, roles, { w: fromNumbers([1, 2], [2]) });
  };

  test.each(["scalar", "one"] as const)("one for the whole batch is refused: %s", async (depth) => {
    await expect(compileFlowMatching(fieldWith(depth), common)).rejects.toMatchObject({
      code: "UNSUPPORTED_FIELD",
      message: expect.stringContaining("[batch, 1]"),
    });
  });

  test("one a sample, as a list or a column, or none: is taken, and the first two are the same", async () => {
    const losses: number[] = [];
    for (const depth of ["batch", "column"] as const) {
      const training = await compileFlowMatching(fieldWith(depth), common);
      losses.push((await training.step(normals(256, 2, 5), 0)).loss);
      await training.dispose();
    }
    expect(losses[1]).toBe(losses[0]);
    const still = await compileFlowMatching(smallField(2, { timeDependent: false }), common);
    expect((await still.step(normals(256, 2, 5), 0)).taken).toBe(true);
    await still.dispose();
  });
});
