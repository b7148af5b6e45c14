import { describe, expect, test } from "vitest";
import { evaluateGraph, type Node, trace } from "../../../src/graph/index.js";
import {
  adaptiveAveragePool2d,
  applyTraining,
  augmenter,
  averagePool2d,
  batchNorm2d,
  bufferInputs,
  conv2d,
  convTranspose2d,
  countParameters,
  dataControl,
  depthCat,
  flatten,
  initialize,
  initializeBuffers,
  loadStateDict,
  type Module,
  maxPool2d,
  parameterInputs,
  prelu,
  sequential,
  tanh,
  zeroed,
} from "../../../src/nn/index.js";
import { splitState } from "../../../src/nn/internal.js";
import { fromNumbers, Random, type Tensor, toFloat64, zeros } from "../../../src/tensor/index.js";
import { prefixed } from "../../../src/tensor/internal.js";
import { ramp, run } from "./run-module.js";

const numbers = (value: Tensor): number[] => [...toFloat64(value)];
const plane = (values: readonly (readonly number[])[]): Tensor =>
  fromNumbers(values.flat(), [1, 1, values.length, values[0]?.length ?? 0]);
const valuesOf = (module: Module): Record<string, Tensor> => ({
  ...initialize(module, new Random(1)),
  ...initializeBuffers(module),
});

describe("convolutions start as PyTorch's", () => {
  test.each([
    ["conv2d", conv2d(4, 6, [3, 2], { groups: 2 }), [6, 2, 3, 2], 2 * 6],
    ["convTranspose2d", convTranspose2d(4, 6, [3, 2], { groups: 2 }), [4, 3, 3, 2], 3 * 6],
  ] as const)("%s: U(±1/√fanIn)", (_name, module, shape, fanIn) => {
    const { weight, bias } = valuesOf(module) as { weight: Tensor; bias: Tensor };
    expect(weight.shape).toEqual(shape);
    expect(bias.shape).toEqual([6]);
    const largest = Math.max(...numbers(weight).map(Math.abs), ...numbers(bias).map(Math.abs));
    expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(fanIn));
    expect(largest).toBeGreaterThan(0.8 / Math.sqrt(fanIn));
  });

  test("without bias there is none", () => {
    expect(Object.keys(conv2d(1, 1, 3, { bias: false }).parameters)).toEqual(["weight"]);
    expect(countParameters(conv2d(3, 8, 3))).toBe(3 * 8 * 9 + 8);
  });
});

test("an even kernel pads more behind for the same size", () => {
  const module = conv2d(1, 1, [1, 2], { padding: "same", bias: false });
  const y = run(module, { weight: fromNumbers([1, 10], [1, 1, 1, 2]) }, plane([[1, 2, 3]]));
  expect(numbers(y)).toEqual([21, 32, 3]);
});

test("a transposed convolution adds its weight at every cell, a stride apart", () => {
  const state = { weight: fromNumbers([1, 2, 3, 4], [1, 1, 2, 2]), bias: fromNumbers([0.5], [1]) };
  const x = plane([[1, 10]]);
  const y = run(convTranspose2d(1, 1, 2, { stride: 2 }), state, x);
  expect(y.shape).toEqual([1, 1, 2, 4]);
  expect(numbers(y)).toEqual([1.5, 2.5, 10.5, 20.5, 3.5, 4.5, 30.5, 40.5]);
  const wide = run(convTranspose2d(1, 1, 2, { stride: 2, outputPadding: [1, 0], padding: 1 }), state, x);
  expect(wide.shape).toEqual([1, 1, 1, 2]);
  expect(numbers(wide)).toEqual([4.5, 30.5]);
});

describe("pooling", () => {
  const x = plane([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [-9, 10, 11, 12],
  ]);

  test("maxima, with padding that never wins", () => {
    expect(numbers(run(maxPool2d(2), {}, x))).toEqual([6, 8]);
    const negative = plane([[-1, -2]]);
    expect(numbers(run(maxPool2d(2, { stride: 1, padding: 1 }), {}, negative))).toEqual([
      -1, -1, -2, -1, -1, -2,
    ]);
  });

  test("averages, with and without padding in the count", () => {
    expect(numbers(run(averagePool2d(2), {}, x))).toEqual([3.5, 5.5]);
    const corner = averagePool2d(2, { stride: 4, padding: 1 });
    expect(numbers(run(corner, {}, x))).toEqual([0.25, 1]);
    const valid = averagePool2d(2, { stride: 4, padding: 1, countIncludePad: false });
    expect(numbers(run(valid, {}, x))).toEqual([1, 4]);
  });

  test("adaptive windows overlap where the size does not divide", () => {
    const y = run(adaptiveAveragePool2d([2, 1]), {}, x);
    expect(numbers(y)).toEqual([4.5, 6.25]);
  });

  test("flatten keeps the batch", () => {
    expect(run(flatten, {}, ramp([5, 2, 3, 4]), true).shape).toEqual([5, 24]);
  });
});

test("prelu has one slope a channel of an image", () => {
  const y = run(prelu(2), { weight: fromNumbers([0.1, 2], [2]) }, fromNumbers([-1, 1, -1, -3], [1, 2, 1, 2]));
  expect(toFloat64(y)).toEqual(Float64Array.of(Math.fround(-0.1), 1, -2, -6).map(Number));
});

describe("augmenter", () => {
  const x = ramp([2, 3, 2, 2]);

  test("adds zeros before or behind", () => {
    const first = run(augmenter(2), {}, x, true);
    expect(first.shape).toEqual([2, 5, 2, 2]);
    expect(numbers(first).slice(0, 8)).toEqual(new Array(8).fill(0));
    expect(numbers(first).slice(8, 20)).toEqual(numbers(x).slice(0, 12));
    const last = run(augmenter(1, { position: "last" }), {}, ramp([2, 3]), true);
    expect(last.shape).toEqual([2, 4]);
    expect(last.data[3]).toBe(0);
  });

  test("adds what a layer computes, under torchdyn's names", () => {
    const module = augmenter(conv2d(3, 4, 1));
    expect(Object.keys(module.parameters)).toEqual(["augment_func.weight", "augment_func.bias"]);
    expect(run(module, valuesOf(module), x, true).shape).toEqual([2, 7, 2, 2]);
  });
});

describe("depthCat and dataControl", () => {
  const graphOf = (s: readonly (number | "batch")[]) =>
    trace({ z: { shape: ["batch", 2, 1, 2] }, s: { shape: s } }, ({ z, s: depth }) => ({
      y: depthCat(z, depth),
    }));
  const z = ramp([2, 2, 1, 2]);

  test.each([
    [[], [7], [7, 7]],
    [[1], [7], [7, 7]],
    [["batch"], [7, 8], [7, 8]],
    [
      ["batch", 1],
      [7, 8],
      [7, 8],
    ],
  ] as const)("depth of shape %j becomes a channel", (shape, given, expected) => {
    const s = fromNumbers(
      given,
      shape.map((extent) => (extent === "batch" ? 2 : extent)),
    );
    const y = evaluateGraph(graphOf(shape), { z, s }).y as Tensor;
    expect(y.shape).toEqual([2, 3, 1, 2]);
    expect([y.data[4], y.data[5], y.data[10], y.data[11]]).toEqual([
      expected[0],
      expected[0],
      expected[1],
      expected[1],
    ]);
    expect(numbers(y).slice(0, 4)).toEqual(numbers(z).slice(0, 4));
  });

  test("depth as a number becomes a column of vectors", () => {
    const graph = trace({ z: { shape: ["batch", 2] } }, ({ z: state }) => ({ y: depthCat(state, 0.5) }));
    const y = evaluateGraph(graph, { z: fromNumbers([1, 2, 3, 4], [2, 2]) }).y as Tensor;
    expect(numbers(y)).toEqual([1, 2, 0.5, 3, 4, 0.5]);
  });

  test("another depth is refused", () => {
    expect(() => graphOf(["batch", 2])).toThrow(/one depth, or one a sample/);
  });

  test("data control puts x beside z", () => {
    const graph = trace({ z: { shape: ["batch", 2] }, x: { shape: ["batch", 1] } }, ({ z: state, x }) => ({
      y: dataControl(state, x),
    }));
    const feeds = { z: fromNumbers([1, 2, 3, 4], [2, 2]), x: fromNumbers([8, 9], [2, 1]) };
    expect(numbers(evaluateGraph(graph, feeds).y as Tensor)).toEqual([1, 2, 8, 3, 4, 9]);
  });
});

describe("buffers", () => {
  const net = sequential([conv2d(1, 2, 1), batchNorm2d(2), tanh, sequential([batchNorm2d(2)])]);
  const names = ["1.running_mean", "1.running_var", "1.num_batches_tracked"];
  const all = [...names, "3.0.running_mean", "3.0.running_var", "3.0.num_batches_tracked"];

  test("carry the names of their modules and stay apart from parameters", () => {
    expect(Object.keys(net.buffers ?? {})).toEqual(all);
    expect(Object.keys(net.parameters)).toEqual([
      ...["0.weight", "0.bias", "1.weight", "1.bias", "3.0.weight", "3.0.bias"],
    ]);
    expect(Object.keys(zeroed(net).buffers ?? {})).toEqual(all);
    expect(sequential([tanh]).buffers).toBeUndefined();
    expect(sequential([tanh]).train).toBeUndefined();
  });

  test("are renewed by training, and read by evaluation", () => {
    const x = ramp([3, 1, 2, 2]);
    const graph = trace(
      { ...parameterInputs(net), ...bufferInputs(net), x: { shape: ["batch", 1, 2, 2] } },
      (nodes) => {
        const { output, buffers } = applyTraining(net, nodes, nodes.x as Node);
        return { ...prefixed(buffers, "new "), output, evaluated: net.apply(nodes, nodes.x as Node) };
      },
    );
    const state = valuesOf(net);
    const results = evaluateGraph(graph, { ...state, x });
    expect(Object.keys(results)).toEqual([...all.map((name) => `new ${name}`), "output", "evaluated"]);
    expect(Number(results["new 1.num_batches_tracked"]?.data[0])).toBe(1);
    expect(results["new 1.running_mean"]?.data).not.toEqual(state["1.running_mean"]?.data);
    expect(results.output?.data).not.toEqual(results.evaluated?.data);
  });

  test("a module without a training mode trains as it is applied", () => {
    const graph = trace({ x: { shape: [2] } }, ({ x }) => {
      const { output, buffers } = applyTraining(tanh, {}, x);
      expect(buffers).toEqual({});
      return { output, applied: tanh.apply({}, x) };
    });
    expect(graph.outputs.output).toBe(graph.outputs.applied);
  });

  test("load from PyTorch's state dicts, whose counter may be missing", () => {
    const module = batchNorm2d(2);
    const state = { ...initialize(module, new Random(1)), ...initializeBuffers(module) };
    const { num_batches_tracked: counter, ...rest } = state;
    expect(loadStateDict(module, state)).toEqual(state);
    expect(loadStateDict(module, rest)).toEqual(state);
    expect(counter).toEqual(zeros([], "int64"));
    const { parameters, buffers } = splitState(module, loadStateDict(module, state));
    expect(Object.keys(parameters)).toEqual(["weight", "bias"]);
    expect(Object.keys(buffers)).toEqual(["running_mean", "running_var", "num_batches_tracked"]);
    const { running_var: _, ...without } = state;
    expect(() => loadStateDict(module, without)).toThrow(/missing running_var/);
  });
});

describe("layers refuse what means nothing", () => {
  test.each<[string, () => unknown, RegExp]>([
    ["channels that do not group", () => conv2d(3, 4, 3, { groups: 2 }), /a divisor of 3 and 4/],
    ["a kernel of 0", () => conv2d(1, 1, 0), /kernel 0/],
    ["the same size with strides", () => conv2d(1, 1, 3, { padding: "same", stride: 2 }), /stride 1/],
    [
      "output padding of a stride",
      () => convTranspose2d(1, 1, 3, { outputPadding: 1 }),
      /less than the stride/,
    ],
    ["no new channels", () => augmenter(0), /extra 0/],
    [
      "images of other channels",
      () => run(batchNorm2d(2), {}, ramp([1, 3, 2, 2])),
      /\[batch, 2, height, width\]/,
    ],
    ["vectors", () => run(conv2d(2, 1, 1), valuesOf(conv2d(2, 1, 1)), ramp([1, 2])), /an image/],
    ["windows that do not fit", () => run(maxPool2d(4), {}, ramp([1, 1, 3, 3])), /windows that fit/],
    ["averages that do not fit", () => run(averagePool2d(4), {}, ramp([1, 1, 3, 3])), /windows that fit/],
  ])("%s", (_title, action, message) => {
    expect(action).toThrow(message);
  });
});
