import { describe, expect, it } from "vitest";
import { evaluateGraph, type Node, trace } from "../../../src/graph/index.js";
import { countParameters, initialize, parameterInputs, sinusoids, unet } from "../../../src/nn/index.js";
import { fromNumbers, Random, type Tensor, tensor, toFloat64 } from "../../../src/tensor/index.js";

const network = unet({ imageChannels: 1, channels: [2, 4], timeFeatures: 4 });

function outcome(state: Readonly<Record<string, Tensor>>, s: readonly number[]): Float64Array {
  const specs = { x: { shape: ["batch", 1, 4, 4] as const }, s: { shape: ["batch", 1] as const } };
  const graph = trace({ ...specs, ...parameterInputs(network) }, (nodes) => ({
    y: network.apply(nodes, nodes.x as Node, nodes.s),
  }));
  expect(graph.outputs.y?.shape).toEqual(["batch", 1, 4, 4]);
  const random = new Random(1);
  const one = Float32Array.from({ length: 16 }, () => random.normal());
  const x = tensor("float32", [s.length, 1, 4, 4], Float32Array.from(s.flatMap(() => [...one])));
  return toFloat64(evaluateGraph(graph, { ...state, x, s: fromNumbers(s, [s.length, 1]) }).y as Tensor);
}

describe("U-Net", () => {
  it("starts as zero, of the size of its input", () => {
    expect(outcome(initialize(network, new Random(0)), [0.3]).every((value) => value === 0)).toBe(true);
  });

  it("sees time, sample by sample, and every parameter counts", () => {
    const random = new Random(2);
    const state = Object.fromEntries(
      Object.entries(network.parameters).map(([name, { shape }]) => [
        name,
        fromNumbers(
          Array.from({ length: shape.reduce((size, extent) => size * extent, 1) }, () => random.normal()),
          shape,
        ),
      ]),
    );
    const [first, other] = [outcome(state, [0.1]), outcome(state, [0.9])];
    expect(first).not.toEqual(other);
    const both = outcome(state, [0.1, 0.9]);
    expect([...both.subarray(0, 16)].map((value) => value.toFixed(5))).toEqual(
      [...first].map((value) => value.toFixed(5)),
    );
    expect(countParameters(network)).toBe(
      Object.values(state).reduce((total, { data }) => total + data.length, 0),
    );
    for (const name of Object.keys(state)) {
      const changed = {
        ...state,
        [name]: fromNumbers(
          toFloat64(state[name] as Tensor).map((x) => x + 1),
          (state[name] as Tensor).shape,
        ),
      };
      expect(outcome(changed, [0.1]), name).not.toEqual(first);
    }
  });

  it("refuses no level, and odd embeddings", () => {
    expect(() => unet({ imageChannels: 1, channels: [] })).toThrow(/at least one level/);
    expect(() => sinusoids(0.5, { size: 3 })).toThrow(/even/);
  });
});
