import { describe, expect, test } from "vitest";
import { type Node, reduceSum, square } from "../../../src/graph/index.js";
import { adam, adamw, compileTraining, sgd } from "../../../src/optim/index.js";
import { fromNumbers, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { at, regression, rows, start, train, x, y } from "./regression.js";

describe("training in ONNX Runtime", () => {
  test.each([
    ["sgd", sgd(), 0.1, 400],
    ["sgd with momentum", sgd({ momentum: 0.9, nesterov: true }), 0.02, 400],
    ["adam", adam(), 0.05, 800],
  ] as const)("%s finds the least-squares solution", async (_, optimizer, rate, steps) => {
    const training = await regression(optimizer);
    const loss = await train(training, steps, rate);
    const { weight, bias } = training.parameters();
    expect(loss).toBeLessThan(1e-6);
    expect(at(weight as Tensor, 0)).toBeCloseTo(3, 2);
    expect(at(weight as Tensor, 1)).toBeCloseTo(-2, 2);
    expect(at(bias as Tensor, 0)).toBeCloseTo(0.5, 2);
    expect(training.iteration).toBe(steps);
    await training.dispose();
  });

  test("adamw's decay pulls parameters toward zero", async () => {
    const training = await regression(adamw({ weightDecay: 1 }));
    await train(training, 800, 0.02);
    expect(Math.abs(at(training.parameters().weight as Tensor, 0))).toBeLessThan(2.9);
    await training.dispose();
  });

  test("clipNorm bounds the step and reports the norm before it", async () => {
    const training = await regression(sgd(), { clipNorm: 0.5 });
    const { gradientNorm } = await training.step({ x, y }, 1);
    const { weight, bias } = training.parameters();
    const moved = [at(weight as Tensor, 0) - 0.1, at(weight as Tensor, 1) - 0.2, at(bias as Tensor, 0) - 0.3];
    expect(gradientNorm).toBeGreaterThan(1);
    expect(Math.hypot(...moved)).toBeCloseTo(0.5, 5);
    await training.dispose();
  });

  test("the average follows average + (1 − d)(parameters − average), d = min(decay, (1 + t)/(10 + t))", async () => {
    const training = await regression(sgd(), { averageDecay: 0.25 });
    let expected = at(start.bias, 0);
    for (let t = 1; t <= 6; t++) {
      await train(training, 1, 0.1);
      const decay = Math.min(0.25, (1 + t) / (10 + t));
      expected += (1 - decay) * (at(training.parameters().bias as Tensor, 0) - expected);
    }
    expect(at(training.averaged().bias as Tensor, 0)).toBeCloseTo(expected, 6);
    await training.dispose();
  });

  test("asking for an average that is not kept says how to keep one", async () => {
    const training = await regression(sgd());
    expect(() => training.averaged()).toThrow(/averageDecay/);
    await training.dispose();
  });

  test("a step with a NaN in it is reported and not taken", async () => {
    const training = await regression(adam());
    await train(training, 3, 0.01);
    const before = training.state();
    const broken = fromNumbers([Number.NaN, ...toFloat64(y).subarray(1)], [rows, 1]);
    const result = await training.step({ x, y: broken }, 0.01);
    expect(result).toMatchObject({ loss: Number.NaN, taken: false });
    expect(training.state()).toEqual(before);
    await training.dispose();
  });

  test("two steps at once are refused, and the first one counts", async () => {
    const training = await regression(adam());
    const first = training.step({ x, y }, 0.01);
    await expect(training.step({ x, y }, 0.01)).rejects.toThrow(/await each step/);
    await first;
    expect(training.iteration).toBe(1);
    await training.dispose();
  });

  test("metrics come back by name", async () => {
    const training = await compileTraining({
      parameters: { p: fromNumbers([3, 4], [2]) },
      batch: {},
      loss: ({ p }) => ({ loss: reduceSum(p as Node), metrics: { squares: reduceSum(square(p as Node)) } }),
      optimizer: sgd(),
    });
    const { loss, gradientNorm, metrics } = await training.step({}, 1);
    expect([loss, gradientNorm, metrics]).toEqual([7, Math.fround(Math.SQRT2), { squares: 25 }]);
    expect(toFloat64(training.parameters().p as Tensor)).toEqual(Float64Array.of(2, 3));
    await training.dispose();
  });

  test("parameters of mixed or no float type are refused", async () => {
    const parameters = { a: fromNumbers([1], [1]), b: fromNumbers([1], [1], "float64") };
    const problem = {
      batch: {},
      loss: ({ a }: Readonly<Record<string, Node>>) => reduceSum(a as Node),
      optimizer: sgd(),
    };
    await expect(compileTraining({ ...problem, parameters })).rejects.toThrow(/all float32 or all float64/);
    await expect(compileTraining({ ...problem, parameters: {} })).rejects.toThrow(/at least one/);
  });
});
