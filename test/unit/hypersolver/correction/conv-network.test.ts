import { describe, expect, test } from "vitest";
import {
  concat,
  constant,
  conv,
  evaluateGraph,
  expand,
  mul,
  type Node,
  reshape,
  silu,
  softplus,
  trace,
} from "../../../../src/graph/index.js";
import { channelAffine } from "../../../../src/graph/internal.js";
import {
  defaultArchitecture,
  hiddenChannels,
} from "../../../../src/hypersolver/correction/conv-architectures.js";
import {
  type ConvNetworkOptions,
  convNetwork,
  withFoldedChannels,
} from "../../../../src/hypersolver/correction/conv-network.js";
import { correctionMacs } from "../../../../src/hypersolver/correction/correction.js";
import { inputShapes } from "../../../../src/hypersolver/correction/input-shapes.js";
import { convArchitectures } from "../../../../src/hypersolver/index.js";
import { hiddenFeature } from "../../../../src/hypersolver/internal.js";
import { euler, type Field, fieldMacs } from "../../../../src/ode/index.js";
import { makeField } from "../../../../src/ode/internal.js";
import { fromNumbers, Random, sizeOf, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { convolutionalField, imageShape, normalTensor } from "../../../helpers/image-fields.js";

const field = convolutionalField();
const shapes = inputShapes(field, euler, { inputs: ["z", "stages", "epsilon"], features: [] });
/** Means far from zero, so that what happens at the border matters. */
const statistics = {
  z: { mean: Float64Array.of(2, -1), deviation: Float64Array.of(0.5, 3) },
  k0: { mean: Float64Array.of(-4, 0.1), deviation: Float64Array.of(1, 0.2) },
  epsilon: { mean: Float64Array.of(0.1), deviation: Float64Array.of(0) },
};
const optionsFor = (kernels: readonly number[]): ConvNetworkOptions => ({
  ...{ inputs: ["z", "stages", "epsilon"], hidden: [6], kernels, activation: "silu" },
  ...{ size: [5, 4], shapes, statistics, scale: Float64Array.of(10, 0.1) },
});
const feeds = {
  z: normalTensor([3, ...imageShape], 11),
  k0: normalTensor([3, ...imageShape], 12),
  epsilon: fromNumbers([0.1, 0.2, 0.3], [3, 1, 1, 1]),
};

/** The correction with every parameter drawn, as after training. */
function trained(options: ConvNetworkOptions): ReturnType<typeof convNetwork> {
  const correction = convNetwork(options, new Random(2));
  const parameters = Object.fromEntries(
    Object.entries(correction.parameters).map(([name, { shape }], i) => [name, normalTensor(shape, i, 0.3)]),
  );
  return { ...correction, parameters };
}

/** Standardize, pad with zeros, convolve: as the docstring says, in the plainest way. */
function plainly(options: ConvNetworkOptions, parameters: Readonly<Record<string, Tensor>>): Float64Array {
  const node = (values: Float64Array, shape: readonly number[]): Node => constant(fromNumbers(values, shape));
  const specs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, ["batch", ...shape]]),
  );
  const graph = trace<string>(
    Object.fromEntries([
      ...Object.entries(specs).map(([name, shape]) => [name, { shape }] as const),
      ...Object.entries(parameters).map(([name, { shape }]) => [name, { shape }] as const),
    ]),
    (nodes) => {
      const parts = Object.entries(statistics).map(([name, { mean, deviation }]) => {
        const gain = deviation.map((spread) => (spread > 0 ? 1 / spread : 1));
        const shift = mean.map((center, i) => -center * (gain[i] ?? 1));
        const size = [mean.length];
        const x = channelAffine(nodes[name] as Node, node(gain, size), node(shift, size));
        return expand(x, ["batch", mean.length, 5, 4], x);
      });
      const pads = options.kernels.map((k) => [k, k, k, k].map((side) => (side - 1) / 2));
      const layer = (x: Node, i: number, at: number): Node =>
        conv(x, nodes[`${at}.weight`] as Node, nodes[`${at}.bias`] as Node, {
          pads: pads[i] as [number, number, number, number],
        });
      const y = layer(silu(layer(concat(parts, 1), 0, 0)), 1, 2);
      return { g: mul(y, reshape(node(options.scale, [2]), [2, 1, 1])) };
    },
  );
  return toFloat64(evaluateGraph(graph, { ...feeds, ...parameters }).g as Tensor);
}

describe("standardization of images, on weights instead of pixels,", () => {
  test.each([[[3, 3]], [[5, 3]], [[1, 3]], [[1, 1]]])(
    "is exact with kernels %j, at the border too",
    (kernels) => {
      const options = optionsFor(kernels);
      const correction = trained(options);
      const own = toFloat64(
        evaluateGraph(correction.graph, { ...feeds, ...correction.parameters }).g as Tensor,
      );
      // Constants of the statistics are kept as float32.
      expect(relativeDifference(own, plainly(options, correction.parameters))).toBeLessThan(1e-6);
      const folded = withFoldedChannels(options, correction);
      const again = toFloat64(evaluateGraph(folded.graph, { ...feeds, ...folded.parameters }).g as Tensor);
      expect(relativeDifference(again, own)).toBeLessThan(1e-6);
    },
  );

  test("would not be, with the means in the bias", () => {
    const options = optionsFor([3, 3]);
    const correction = trained(options);
    const folded = withFoldedChannels(options, correction);
    const weight = folded.parameters["0.weight"] as Tensor;
    const [out = 0, channels = 0] = weight.shape;
    const area = 9;
    // Moves the sum of the kernel of the ones to the bias: right inside, wrong at the border.
    const data = toFloat64(weight);
    const bias = toFloat64(folded.parameters["0.bias"] as Tensor);
    for (let o = 0; o < out; o++) {
      for (let tap = 0; tap < area; tap++) {
        const at = (o * channels + channels - 1) * area + tap;
        bias[o] = (bias[o] ?? 0) + (data[at] ?? 0);
        data[at] = 0;
      }
    }
    const parameters = {
      ...folded.parameters,
      "0.weight": fromNumbers(data, weight.shape),
      "0.bias": fromNumbers(bias, [out]),
    };
    const own = plainly(options, correction.parameters);
    const wrong = toFloat64(evaluateGraph(folded.graph, { ...feeds, ...parameters }).g as Tensor);
    expect(relativeDifference(wrong, own)).toBeGreaterThan(1e-2);
  });
});

/** Parameters as trained. */
const countOf = (correction: ReturnType<typeof convNetwork>): number =>
  Object.values(correction.parameters).reduce((total, { shape }) => total + sizeOf(shape), 0);

describe("named architectures", () => {
  // Poli et al. (2020), appendix C.2; the notebooks' checkpoints. The input width depends on the state's channels.
  test.each([
    ["mnist-paper", 12, 10_732],
    ["cifar10-paper", 8, 80_904],
    ["mnist-notebook", 32, 37_250],
    ["mnist-midpoint-notebook", 32, 80_440],
    ["cifar10-notebook", 20, 26_870],
  ] as const)("%s has the published number of parameters", (name, channels, parameters) => {
    const graph = trace({ z: { shape: ["batch", channels, 4, 4] } }, ({ z }) => ({ dz: z }));
    const roles = { state: "z", depth: undefined, controls: [], output: "dz" };
    const images = makeField(graph, roles, {});
    const { inputs, hidden, kernels, activation } = convArchitectures[name];
    const given = inputShapes(images, euler, { inputs, features: [] });
    const flat = Object.entries(given).map(([input, [count = 0]]) => {
      return [input, { mean: new Float64Array(count), deviation: new Float64Array(count) }] as const;
    });
    const correction = convNetwork(
      {
        ...{ inputs, kernels, activation, size: [4, 4], shapes: given },
        ...{ statistics: Object.fromEntries(flat), scale: new Float64Array(channels).fill(1) },
        hidden: hidden as readonly number[],
      },
      new Random(0),
    );
    expect(countOf(correction)).toBe(parameters);
  });

  test("features costs the share of f that it says, and reads the last hidden layer", () => {
    expect(hiddenFeature(field)).toBe("hidden");
    const features = ["hidden"];
    // The field of these tests is too small for a quarter.
    const architecture = { ...convArchitectures.features, hidden: { share: 2 }, features };
    const [channels = 0] = hiddenChannels(field, euler, architecture);
    const costOf = (width: number): number => {
      const { inputs, kernels, activation } = architecture;
      const given = inputShapes(field, euler, { inputs, features });
      const flat = Object.entries(given).map(([input, [count = 0]]) => {
        return [input, { mean: new Float64Array(count), deviation: new Float64Array(count) }] as const;
      });
      const options: ConvNetworkOptions = {
        ...{ inputs, features, kernels, activation, size: [5, 4], shapes: given },
        ...{ statistics: Object.fromEntries(flat), scale: new Float64Array(2).fill(1), hidden: [width] },
      };
      return correctionMacs(withFoldedChannels(options, convNetwork(options, new Random(0))));
    };
    expect(costOf(channels)).toBeLessThanOrEqual(2 * fieldMacs(field));
    expect(costOf(channels + 1)).toBeGreaterThan(2 * fieldMacs(field));
    expect(() => hiddenChannels(field, euler, { ...architecture, hidden: { share: 0.01 } })).toThrow(/share/);
  });
});

test("what suits a field is read from it", async () => {
  // Two hidden channels would be a quarter of this field, and an identity has no hidden layer.
  expect(defaultArchitecture(field, euler)).toBe("mnist-paper");
  const graph = trace({ z: { shape: ["batch", 3, 4, 4] } }, ({ z }) => ({ dz: z }));
  const roles = { state: "z", depth: undefined, controls: [], output: "dz" };
  expect(defaultArchitecture(makeField(graph, roles, {}), euler)).toBe("mnist-paper");
  expect(defaultArchitecture(wideField(), euler)).toBe("features");
});

/** 8 → 64 → 8 channels. */
function wideField(): Field {
  const shapes = { first: [64, 8, 3, 3], second: [8, 64, 3, 3] } as const;
  const specs = {
    z: { shape: ["batch", 8, 4, 4] as const },
    first: { shape: shapes.first },
    second: { shape: shapes.second },
  };
  const features: Record<string, Node> = {};
  const pads = { pads: [1, 1, 1, 1] as const };
  const graph = trace(specs, ({ z, first, second }) => {
    features.hidden = softplus(conv(z, first, undefined, pads));
    return { dz: conv(features.hidden, second, undefined, pads) };
  });
  const parameters = { first: normalTensor(shapes.first, 1), second: normalTensor(shapes.second, 2) };
  return makeField(graph, { state: "z", depth: undefined, controls: [], output: "dz" }, parameters, features);
}

test("kernels that do not fit the layers are refused", () => {
  expect(() => convNetwork(optionsFor([3]), new Random(0))).toThrow(/2 odd sides/);
  expect(() => convNetwork(optionsFor([3, 2]), new Random(0))).toThrow(/odd/);
});
