import { describe, expect, test } from "vitest";
import { decodeStateDict, encodeStateDict, initialize, loadStateDict, mlp } from "../../../src/nn/index.js";
import { cast, isHypersolversError, Random, type Tensor, zeros } from "../../../src/tensor/index.js";
import { prefixed, withPrefix } from "../../../src/tensor/internal.js";

const net = mlp({ sizes: [2, 3, 1] });
const state = initialize(net, new Random(1));

function caught(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

test("a state dict survives the trip through safetensors bytes", () => {
  expect(loadStateDict(net, decodeStateDict(encodeStateDict(state, { seed: "1" })))).toEqual(state);
});

test("prefixes are added and taken away", () => {
  const file = { ...prefixed(state, "net."), step: zeros([], "int64") };
  expect(withPrefix(file, "net.")).toEqual(state);
});

describe("loadStateDict", () => {
  test("brings foreign order and float64 into the module's order and float32", () => {
    const foreign = Object.fromEntries(
      Object.entries(state)
        .toReversed()
        .map(([name, value]) => [name, cast(value, "float64")]),
    );
    const loaded = loadStateDict(net, foreign);
    expect(Object.keys(loaded)).toEqual(Object.keys(state));
    expect(loaded).toEqual(state);
  });

  test("lists missing and unexpected names", () => {
    const { "0.bias": _, ...rest } = state;
    const error = caught(() => loadStateDict(net, { ...rest, "4.weight": zeros([1], "float32") }));
    expect(isHypersolversError(error, "INVALID_ARGUMENT")).toBe(true);
    expect(String(error)).toContain("missing 0.bias; unexpected 4.weight");
  });

  test("lists wrong shapes", () => {
    const wrong: Record<string, Tensor> = { ...state, "0.weight": zeros([2, 3], "float32") };
    const error = caught(() => loadStateDict(net, wrong));
    expect(isHypersolversError(error, "SHAPE_MISMATCH")).toBe(true);
    expect(String(error)).toMatch(/0\.weight \[3, 2\][\s\S]*0\.weight \[2, 3\]/);
  });
});
