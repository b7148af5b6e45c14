import { describe, expect, test } from "vitest";
import { meanNegative } from "../../../../src/models/flow/flow-density.js";
import type { LikelihoodOptions } from "../../../../src/models/flow/maximum-likelihood.js";
import type { FlowTrainer } from "../../../../src/models/flow/trainer.js";
import { compileFlowDensity, logisticBase, normalBase } from "../../../../src/models/index.js";
import { compileMaximumLikelihood } from "../../../../src/models/internal.js";
import { type Field, fieldAs, type GradientOptions, type Span } from "../../../../src/ode/index.js";
import { adam, sgd } from "../../../../src/optim/index.js";
import { cast, fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { flowOver, gaussianData, normals, smallField } from "../../../helpers/flows.js";

type Options = Partial<LikelihoodOptions>;
const common = { base: normalBase, span: [0, 1] as Span, optimizer: sgd(), averageDecay: 0.9 };
const rk4 = { method: "rk4:3" } as const;

const flat = (tensors: Readonly<Record<string, Tensor>>): number[] =>
  Object.values(tensors).flatMap((value) => [...toFloat64(value)]);

/** −dloss/dθ is what one step of plain gradient descent with rate 1 does. */
async function gradientOf(field: Field, x: Tensor, options: Options): Promise<number[]> {
  const trainer = await compileMaximumLikelihood(field, { ...common, ...options });
  const before = flat(trainer.parameters());
  const { taken, gradientNorm } = await trainer.step(x, 1);
  expect(taken).toBe(true);
  const after = flat(trainer.parameters());
  await trainer.dispose();
  const slope = before.map((value, i) => value - (after[i] ?? Number.NaN));
  expect(Math.abs(Math.hypot(...slope) / gradientNorm - 1)).toBeLessThan(1e-6);
  return slope;
}

/** Central differences of the reported loss in every stride-th weight; noise and all else stay as they are. */
async function differencesOf(
  field: Field,
  x: Tensor,
  options: Options,
  stride: number,
): Promise<Map<number, number>> {
  const trainer = await compileMaximumLikelihood(field, { ...common, ...options });
  const found = new Map<number, number>();
  const start = trainer.state();
  const step = 1e-5;
  const lossWith = async (name: string, at: number, change: number): Promise<number> => {
    const value = start[`parameters.${name}`] as Tensor;
    const data = toFloat64(value).slice();
    data[at] = (data[at] ?? 0) + change;
    trainer.restore({ ...start, [`parameters.${name}`]: fromNumbers(data, value.shape, "float64") });
    return (await trainer.step(x, 0)).loss;
  };
  let offset = 0;
  for (const [name, { data }] of Object.entries(field.parameters)) {
    for (let at = 0; at < data.length; at++) {
      if ((offset + at) % stride !== 0) continue;
      const difference = (await lossWith(name, at, step)) - (await lossWith(name, at, -step));
      found.set(offset + at, difference / (2 * step));
    }
    offset += data.length;
  }
  await trainer.dispose();
  return found;
}

describe("the gradient of the whole loss agrees with central differences in float64", () => {
  const field = fieldAs(smallField(2, { hidden: [5] }), "float64");
  const x = cast(normals(6, 2, 3), "float64");
  const cases: [string, Options][] = [
    ["negative log-likelihood, fixed steps", { solver: rk4 }],
    ["with kinetic and Frobenius weights", { solver: rk4, kinetic: 0.7, frobenius: 0.4 }],
    ["kinetic alone, over a span that goes down", { solver: rk4, kinetic: 2, span: [1.5, 0] }],
    [
      "estimated, Gaussian noise",
      { solver: rk4, estimator: "hutchinson", noise: "gaussian", frobenius: 0.4 },
    ],
    ["another base", { solver: rk4, base: logisticBase }],
    ["adaptive steps", { solver: { method: "dopri5@1e-8" }, kinetic: 0.3 }],
  ];

  test.each(cases)("%s", async (_, options) => {
    const gradient = await gradientOf(field, x, options);
    const differences = await differencesOf(field, x, options, 4);
    expect(differences.size).toBeGreaterThan(5);
    const [found, expected]: [number[], number[]] = [[], []];
    for (const [at, value] of differences) {
      found.push(gradient[at] ?? Number.NaN);
      expected.push(value);
    }
    expect(Math.hypot(...expected)).toBeGreaterThan(1e-2);
    expect(relativeDifference(found, expected)).toBeLessThan(1e-6);
  });

  test("and each regularizer changes it", async () => {
    const plain = await gradientOf(field, x, { solver: rk4 });
    for (const weight of [{ kinetic: 0.5 }, { frobenius: 0.5 }])
      expect(
        relativeDifference(await gradientOf(field, x, { solver: rk4, ...weight }), plain),
      ).toBeGreaterThan(1e-3);
  });

  test("by the adjoint equation as through the steps", async () => {
    const tolerances = { method: "dopri5@1e-9" };
    const solvers: GradientOptions["adjoint"][] = [
      "discrete",
      "continuous",
      { kind: "continuous", norm: "seminorm" },
    ];
    const [discrete, ...continuous] = await Promise.all(
      solvers.map((adjoint) =>
        gradientOf(field, x, {
          solver: { ...tolerances, ...(adjoint && { adjoint }) },
          kinetic: 0.3,
          frobenius: 0.2,
        }),
      ),
    );
    for (const each of continuous) {
      expect(each).not.toEqual(discrete);
      expect(relativeDifference(each, discrete ?? [])).toBeLessThan(1e-6);
    }
  });

  test("in float32 as in float64", async () => {
    const small = smallField(2, { hidden: [5] });
    const own = await gradientOf(small, cast(x, "float32"), { solver: rk4, kinetic: 0.3 });
    expect(relativeDifference(own, await gradientOf(field, x, { solver: rk4, kinetic: 0.3 }))).toBeLessThan(
      1e-5,
    );
  });
});

describe("a step", () => {
  const field = smallField(2);
  const x = normals(32, 2, 4);
  const trainer = (options: Options = {}): Promise<FlowTrainer> =>
    compileMaximumLikelihood(field, { ...common, optimizer: adam(), solver: rk4, ...options });

  test("sees the mean of −log p of its batch", async () => {
    const density = await compileFlowDensity(flowOver(field), rk4);
    const expected = meanNegative((await density.run(x)).values);
    const training = await trainer({ kinetic: 0.5 });
    const { loss, metrics, nfe, backwardNfe } = await training.step(x, 0);
    expect(metrics.nll).toBeCloseTo(expected, 5);
    expect(metrics.kinetic).toBeGreaterThan(0);
    expect(loss).toBeCloseTo((metrics.nll ?? 0) + 0.5 * (metrics.kinetic ?? 0), 5);
    expect(Object.keys(metrics)).toEqual(["nll", "kinetic"]);
    expect({ nfe, backwardNfe }).toEqual({ nfe: 12, backwardNfe: 12 });
    await training.dispose();
    await density.dispose();
  });

  test("with learning rate 0 changes nothing", async () => {
    const training = await trainer();
    const before = training.parameters();
    const { taken } = await training.step(x, 0);
    expect(taken).toBe(true);
    expect(training.parameters()).toEqual(before);
    expect(training.iteration).toBe(1);
    await training.dispose();
  });

  test.each([
    ["NaN", Number.NaN],
    ["infinite", Number.POSITIVE_INFINITY],
    // Finite in float32, and so is its gradient; its square is not.
    ["so large that the loss is infinite", 3e19],
  ])("on data that are %s is not taken and changes nothing", async (_, value) => {
    const training = await trainer();
    const bad = fromNumbers([...toFloat64(x).slice(0, 10), value, 0], [6, 2]);
    const before = training.state();
    const { taken } = await training.step(bad, 0.1);
    expect(taken).toBe(false);
    expect(training.state()).toEqual(before);
    expect(training.iteration).toBe(0);
    const next = await training.step(x, 0.1);
    expect(next.taken).toBe(true);
    expect(Number.isFinite(next.loss)).toBe(true);
    await training.dispose();
  });

  test("whose solve takes too many steps is not taken, and tells why", async () => {
    const training = await trainer({ solver: { method: "dopri5@1e-6,maxSteps=1" } });
    const { taken, broken } = await training.step(x, 0.1);
    expect(taken).toBe(false);
    expect(broken?.reason).toContain("step");
    expect(training.iteration).toBe(0);
    await training.dispose();
  });

  test("takes data of float64 with a field of float32, and the other way round", async () => {
    const training = await trainer({ estimator: "hutchinson" });
    const other = await trainer({ estimator: "hutchinson" });
    const [own, wide] = [await training.step(x, 0.1), await other.step(cast(x, "float64"), 0.1)];
    expect(wide.loss).toBeCloseTo(own.loss, 5);
    expect(other.parameters()).toEqual(training.parameters());
    await training.dispose();
    await other.dispose();
    const double = fieldAs(field, "float64");
    const third = await compileMaximumLikelihood(double, { ...common, solver: rk4, estimator: "hutchinson" });
    expect((await third.step(x, 0.1)).loss).toBeCloseTo(own.loss, 5);
    await third.dispose();
  });

  test("draws its noise from the seed and the iteration: the same again, another next time", async () => {
    const losses = async (seed: number): Promise<number[]> => {
      const training = await trainer({ estimator: "hutchinson", seed });
      const result = [(await training.step(x, 0)).loss, (await training.step(x, 0)).loss];
      await training.dispose();
      return result;
    };
    const [first, again, other] = [await losses(1), await losses(1), await losses(2)];
    expect(again).toEqual(first);
    expect(first[1]).not.toBe(first[0]);
    expect(other[0]).not.toBe(first[0]);
  });

  test("goes on bit by bit from a state", async () => {
    const training = await trainer({ estimator: "hutchinson" });
    for (let i = 0; i < 3; i++) await training.step(x, 0.05);
    const saved = training.state();
    const next = async (from: FlowTrainer) => [await from.step(x, 0.05), from.parameters(), from.averaged()];
    const expected = await next(training);
    const other = await trainer({ estimator: "hutchinson" });
    other.restore(saved);
    expect(await next(other)).toEqual(expected);
    await training.dispose();
    await other.dispose();
  });

  test("over a reversed span has the energies of the forward one", async () => {
    // Down from 1 to 0 with −f is up from 0 to 1 with f, for a field without depth.
    const still = smallField(2, { timeDependent: false, seed: 6 });
    const names = Object.keys(still.parameters).slice(-2);
    const minus = Object.fromEntries(
      Object.entries(still.parameters).map(([name, value]) => {
        const sign = names.includes(name) ? -1 : 1;
        return [
          name,
          fromNumbers(
            toFloat64(value).map((each) => sign * each),
            value.shape,
          ),
        ];
      }),
    );
    const weights = { solver: rk4, kinetic: 1, frobenius: 1 };
    const up = await compileMaximumLikelihood(still, { ...common, ...weights });
    const down = await compileMaximumLikelihood(
      { ...still, parameters: minus },
      { ...common, ...weights, span: [1, 0] },
    );
    const [one, two] = [await up.step(x, 0), await down.step(x, 0)];
    for (const name of ["nll", "kinetic", "frobenius"])
      expect(two.metrics[name]).toBeCloseTo(one.metrics[name] ?? 0, 5);
    expect(two.metrics.kinetic).toBeGreaterThan(0);
    await up.dispose();
    await down.dispose();
  });

  test.each([{ kinetic: -1 }, { frobenius: Number.NaN }, { kinetic: Number.POSITIVE_INFINITY }])(
    "refuses a weight that makes no sense: %o",
    async (weight) => {
      await expect(trainer(weight)).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        facts: { what: Object.keys(weight)[0] },
      });
    },
  );
});

test("training with Hutchinson's divergence learns sixteen columns", async () => {
  const data = gaussianData(new Array<number>(16).fill(1), 0.5);
  const field = smallField(16, { hidden: [16], strength: 1 });
  const solver = { method: "heun:2" } as const;
  const options = { ...common, optimizer: adam(), clipNorm: 10, solver };
  const training = await compileMaximumLikelihood(field, options);
  const random = new Random(3);
  const nllOf = async (parameters = training.averaged()): Promise<number> => {
    const density = await compileFlowDensity(flowOver({ ...field, parameters }), { estimator: "exact" });
    const { values } = await density.run(data.heldOut(1000));
    await density.dispose();
    return meanNegative(values);
  };
  const first = await nllOf();
  for (let i = 0; i < 200; i++) await training.step(data.batch(64, random), 2e-2 * (1 - i / 200));
  // 16 columns of ½ log(2πe σ²); at first a column is 0.7 nats worse by its mean alone, and by its width more.
  const entropy = 8 * Math.log(2 * Math.PI * Math.E * 0.25);
  const last = await nllOf();
  expect(first - entropy).toBeGreaterThan(8);
  expect(last - entropy).toBeLessThan(1);
  expect(last - entropy).toBeGreaterThan(-0.5);
  await training.dispose();
});

test("training brings the NLL of a shifted Gaussian to its entropy", async () => {
  const data = gaussianData([2, -1], 0.5);
  const field = smallField(2, { hidden: [16], strength: 1 });
  const options = {
    ...common,
    optimizer: adam(),
    averageDecay: 0.9,
    clipNorm: 10,
    solver: { method: "heun:4" },
  };
  const training = await compileMaximumLikelihood(field, options);
  const random = new Random(3);
  const first = await training.step(data.batch(256, random), 0);
  for (let i = 0; i < 200; i++) await training.step(data.batch(128, random), 2e-2 * (1 - i / 200));
  const density = await compileFlowDensity(flowOver({ ...field, parameters: training.averaged() }));
  const nll = meanNegative((await density.run(data.heldOut(2000))).values);
  // Two columns of ½ log(2πe σ²); the estimate's own error is 1/√2000 = 0.022.
  const entropy = Math.log(2 * Math.PI * Math.E * 0.25);
  expect(first.loss - entropy).toBeGreaterThan(2);
  expect(nll - entropy).toBeLessThan(0.08);
  expect(nll - entropy).toBeGreaterThan(-0.05);
  await training.dispose();
  await density.dispose();
});
