import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../../src/graph/index.js";
import type { CorrectionNetwork } from "../../../src/hypersolver/correction/correction.js";
import type { HiddenActivation } from "../../../src/hypersolver/correction/names.js";
import {
  mlpNetwork,
  type NetworkOptions,
  withFoldedStatistics,
} from "../../../src/hypersolver/correction/network.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";

const random = new Random(4);
const drawn = (shape: readonly number[]): Tensor =>
  fromNumbers(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  );

/** Columns of different centers and spreads, one of which does not vary. */
const options = (hidden: readonly number[], activation: HiddenActivation, far = 0.3): NetworkOptions => ({
  ...{ inputs: ["z", "stages", "epsilon"], hidden, activation },
  statistics: {
    z: { mean: Float64Array.of(0.3, -2), deviation: Float64Array.of(0.7, 3) },
    k0: { mean: Float64Array.of(1, far), deviation: Float64Array.of(0.2, 0.5) },
    k1: { mean: Float64Array.of(-0.4, 0), deviation: Float64Array.of(2, 1.5) },
    epsilon: { mean: Float64Array.of(0.5), deviation: Float64Array.of(0) },
  },
  scale: Float64Array.of(0.1, 40),
});

/** With all weights away from zero, the last layer's too. */
function trained(of: NetworkOptions): CorrectionNetwork {
  const correction = mlpNetwork(of, new Random(1));
  const parameters = Object.entries(correction.parameters).map(([name, { shape }]) => [name, drawn(shape)]);
  return { ...correction, parameters: Object.fromEntries(parameters) };
}

function valuesOf({ graph, parameters }: CorrectionNetwork): Float64Array {
  const inputs = { z: drawnOnce.z, k0: drawnOnce.k0, k1: drawnOnce.k1, epsilon: drawnOnce.epsilon };
  return toFloat64(evaluateGraph(graph, { ...inputs, ...parameters }).g as Tensor);
}
const drawnOnce = { z: drawn([6, 2]), k0: drawn([6, 2]), k1: drawn([6, 2]), epsilon: drawn([6, 1]) };

describe("statistics folded into weights", () => {
  test.each([
    ["no hidden layer", [], "silu"],
    ["one", [5], "tanh"],
    ["two, with slopes of their own", [5, 4], "prelu"],
  ] as const)("give the same g, to float32's last digits of the weights: %s", (_, hidden, activation) => {
    const of = options(hidden, activation);
    const plain = trained(of);
    const folded = withFoldedStatistics(of, plain);
    expect(folded.graph).not.toBe(plain.graph);
    const [before, after] = [valuesOf(plain), valuesOf(folded)];
    const size = before.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    before.forEach(
      (value, i) => void expect(Math.abs((after[i] ?? Number.NaN) - value)).toBeLessThan(2e-6 * size),
    );
  });

  test("stay outside where a column's mean is many deviations from zero", () => {
    const of = options([5], "silu", 1000);
    const plain = trained(of);
    expect(withFoldedStatistics(of, plain)).toBe(plain);
  });
});
