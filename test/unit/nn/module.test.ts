import { describe, expect, test } from "vitest";
import {
  activations,
  countParameters,
  initialize,
  layerNorm,
  linear,
  mlp,
  prelu,
  sequential,
} from "../../../src/nn/index.js";
import { activationNamed } from "../../../src/nn/internal.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";
import { FLOAT32_FORWARD } from "../../helpers/tolerances.js";
import { ramp, run } from "./run-module.js";

describe("mlp", () => {
  test("names parameters as PyTorch's Sequential and counts them", () => {
    const net = mlp({ sizes: [2, 64, 64, 2], activation: "tanh" });
    expect(Object.keys(net.parameters)).toEqual([
      "0.weight",
      "0.bias",
      "2.weight",
      "2.bias",
      "4.weight",
      "4.bias",
    ]);
    expect(net.parameters["2.weight"]?.shape).toEqual([64, 64]);
    expect(countParameters(net)).toBe(2 * 64 + 64 + 64 * 64 + 64 + 64 * 2 + 2);
  });

  test("takes a module as activation, with its parameters", () => {
    expect(Object.keys(mlp({ sizes: [1, 2, 1], activation: prelu() }).parameters)).toContain("1.weight");
  });

  test("zeroOutput starts as the zero function with its other layers alive", () => {
    const net = mlp({ sizes: [2, 8, 3], zeroOutput: true });
    const state = initialize(net, new Random(3));
    expect(toFloat64(run(net, state, ramp([5, 2]))).every((value) => value === 0)).toBe(true);
    expect(toFloat64(state["0.weight"] as Tensor).some((value) => value !== 0)).toBe(true);
  });

  test("the same seed gives the same values, another seed others", () => {
    const net = mlp({ sizes: [2, 4, 2] });
    expect(initialize(net, new Random(5))).toEqual(initialize(net, new Random(5)));
    expect(initialize(net, new Random(5))).not.toEqual(initialize(net, new Random(6)));
  });

  test.each([[[3]], [[3, 0]], [[2.5, 1]]])("refuses sizes %j", (sizes) => {
    expect(() => mlp({ sizes })).toThrow(/at least two positive integers/);
  });
});

describe("activations", () => {
  test("are found by name", () => {
    for (const [name, module] of Object.entries(activations)) expect(activationNamed(name)).toBe(module);
  });

  test.each(["swish", "constructor"])("an unknown name (%s) lists the known ones", (name) => {
    expect(() => activationNamed(name)).toThrow(/tanh, relu, sigmoid/);
  });
});

test("prelu starts at 0.25", () => {
  expect(initialize(prelu(3), new Random(1))).toEqual({ weight: fromNumbers([0.25, 0.25, 0.25], [3]) });
});

test("layerNorm gives rows of mean 0 and variance 1, then scales and shifts", () => {
  const module = layerNorm(6);
  expect(initialize(module, new Random(1))).toEqual({
    weight: fromNumbers(new Array(6).fill(1), [6]),
    bias: fromNumbers(new Array(6).fill(0), [6]),
  });
  const x = ramp([2, 6]);
  const y = toFloat64(
    run(module, { weight: fromNumbers(Array(6).fill(3), [6]), bias: fromNumbers(Array(6).fill(2), [6]) }, x),
  );
  const input = toFloat64(x);
  for (const row of [0, 1]) {
    const values = input.subarray(6 * row, 6 * row + 6);
    const mean = values.reduce((total, value) => total + value, 0) / 6;
    const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / 6;
    const expected = values.map((value) => 2 + (3 * (value - mean)) / Math.sqrt(variance + 1e-5));
    expect(relativeDifference(y.subarray(6 * row, 6 * row + 6), expected)).toBeLessThan(FLOAT32_FORWARD);
  }
});

test("sequential runs its modules in order", () => {
  const net = sequential([activations.relu, linear(2, 1, { bias: false })]);
  const y = run(net, { "1.weight": fromNumbers([1, 10], [1, 2]) }, fromNumbers([-1, 2, 3, -4], [2, 2]));
  expect([...toFloat64(y)]).toEqual([20, 3]);
});

test("sequential takes modules by name, whose parameters then bear it", () => {
  const net = sequential({
    "4": linear(2, 2, { bias: false }),
    "5": activations.relu,
    "head.m": linear(2, 1),
  });
  expect(Object.keys(net.parameters)).toEqual(["4.weight", "head.m.weight", "head.m.bias"]);
  const values = {
    "4.weight": fromNumbers([1, 0, 0, -1], [2, 2]),
    "head.m.weight": fromNumbers([1, 10], [1, 2]),
    "head.m.bias": fromNumbers([0.5], [1]),
  };
  expect([...toFloat64(run(net, values, fromNumbers([2, -3], [1, 2])))]).toEqual([32.5]);
});
