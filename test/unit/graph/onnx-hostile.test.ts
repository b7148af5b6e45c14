import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { importableOperators, importOnnx, inspectOnnx } from "../../../src/graph/index.js";
import { simplify } from "../../../src/graph/internal.js";
import { fromNumbers, isHypersolversError, scalar, type Tensor } from "../../../src/tensor/index.js";
import { type ModelSpec, type NodeSpec, onnxModel } from "./onnx-model.js";

/** What the library says of a file; undefined where it takes it. Anything but an error of ours is a failure. */
function verdict(spec: ModelSpec): string | undefined {
  const bytes = onnxModel(spec);
  inspectOnnx(bytes, "hostile.onnx");
  try {
    simplify(importOnnx(bytes, "hostile.onnx").graph);
    return undefined;
  } catch (error) {
    if (!isHypersolversError(error)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const inputs = { z: { shape: ["n", 2] } };
const ints = (...values: number[]): Tensor => fromNumbers(values, [values.length], "int64");
const largest = 2 ** 63;

describe("names that JavaScript's objects have", () => {
  const names = ["constructor", "toString", "__proto__", "hasOwnProperty", "valueOf"];
  test.each(names)("%s as an input, a weight, an output or in between", (name) => {
    const weight = fromNumbers([1, 2], [2]);
    // A computed key, for otherwise __proto__ would be the prototype.
    const asInput = { inputs: { [name]: { shape: ["n", 2] } }, nodes: [{ op: "Neg", inputs: [name] }] };
    const asWeight = {
      inputs,
      initializers: { [name]: weight },
      nodes: [{ op: "Mul", inputs: ["z", name] }],
    };
    const asOutput = {
      inputs,
      outputs: { [name]: "float32" as const },
      nodes: [{ op: "Neg", inputs: ["z"], outputs: [name] }],
    };
    for (const spec of [asInput, asWeight, asOutput]) expect(verdict(spec)).toContain(`"${name}"`);
    const between = [
      { op: "Neg", inputs: ["z"], outputs: [name] },
      { op: "Exp", inputs: [name] },
    ];
    const model = importOnnx(onnxModel({ inputs, nodes: between }), "between.onnx");
    expect(Object.keys(model.intermediates)).toEqual(["y"]);
    expect(verdict({ inputs, nodes: [{ op: name, inputs: ["z"] }] })).toContain("UNSUPPORTED_OPERATOR");
  });
});

describe("sizes that no program should hold", () => {
  const huge = ints(70_000, 70_000);
  const doubling = Array.from(
    { length: 40 },
    (_, i): NodeSpec => ({
      op: "Concat",
      inputs: [i === 0 ? "w" : `c${i - 1}`, i === 0 ? "w" : `c${i - 1}`],
      outputs: [i === 39 ? "y" : `c${i}`],
      attributes: { axis: 0 },
    }),
  );
  const cases: Readonly<Record<string, Partial<ModelSpec>>> = {
    Tile: {
      initializers: { w: fromNumbers([1, 2], [1, 2]), r: huge },
      nodes: [{ op: "Tile", inputs: ["w", "r"] }],
    },
    Expand: { initializers: { w: scalar(1), r: huge }, nodes: [{ op: "Expand", inputs: ["w", "r"] }] },
    Pad: {
      initializers: { w: fromNumbers([1, 2], [2]), r: ints(2 ** 32, 0) },
      nodes: [{ op: "Pad", inputs: ["w", "r"] }],
    },
    ConstantOfShape: { initializers: { r: huge }, nodes: [{ op: "ConstantOfShape", inputs: ["r"] }] },
    "Concat, doubling": { initializers: { w: fromNumbers([1, 2], [2]) }, nodes: doubling },
    EyeLike: {
      initializers: { r: ints(16_000, 16_000) },
      nodes: [
        { op: "ConstantOfShape", inputs: ["r"], outputs: ["w"] },
        { op: "EyeLike", inputs: ["w"] },
      ],
    },
    Resize: {
      inputs: { z: { shape: ["n", 1, 2, 2] } },
      initializers: { s: fromNumbers([1, 1, 1e9, 1], [4]) },
      nodes: [{ op: "Resize", inputs: ["z", "", "s"], attributes: { mode: "linear" } }],
    },
  };
  test.each(Object.entries(cases))("%s", (_op, spec) => {
    expect(verdict({ inputs, nodes: [], ...spec })).toMatch(/at most \d+ numbers\n {2}received: .*\d{8,}/);
  });
});

describe("numbers that integers do not have", () => {
  test("a power beyond int64 and NaN as an integer are left to run time", () => {
    const power = { op: "Pow", inputs: ["a", "b"], outputs: ["p"] };
    const use = { op: "Cast", inputs: ["p"], attributes: { to: 1 } };
    const initializers = { a: scalar(10, "int64"), b: scalar(400, "int64") };
    expect(verdict({ inputs, initializers, nodes: [power, use] })).toBeUndefined();
    const root = { op: "Sqrt", inputs: ["a"], outputs: ["root"] };
    const integer = { op: "Cast", inputs: ["root"], outputs: ["p"], attributes: { to: 7 } };
    expect(verdict({ inputs, initializers: { a: scalar(-1) }, nodes: [root, integer, use] })).toBeUndefined();
  });

  test("a sum of 100,000 terms is one", () => {
    const terms = new Array<string>(100_000).fill("z");
    for (const op of ["Sum", "Mean", "Max"])
      expect(verdict({ inputs, nodes: [{ op, inputs: terms }] })).toBeUndefined();
  });
});

test("no node of any operator with wild inputs and attributes ends in an error that is not ours", () => {
  const names = [
    "axis",
    "axes",
    "kernel_shape",
    "pads",
    "strides",
    "dilations",
    "group",
    "num_groups",
    "blocksize",
    "to",
    "perm",
    "split",
    "start",
    "end",
    "k",
    "q_num_heads",
    "kv_num_heads",
    "mode",
    "equation",
    "num_outputs",
    "keepdims",
    "alpha",
    "output_padding",
    "output_shape",
  ];
  const integer = fc.constantFrom(-1, 0, 1, 2, 3, 1000, 2 ** 31, largest - 1024, -largest);
  const attribute = fc.oneof(
    integer,
    fc.array(integer, { maxLength: 4 }),
    fc.constantFrom("linear", "ij,jk->ik", "", "constructor"),
    fc.constantFrom(1e38, Number.NaN, -2.5).map((float) => ({ float })),
  );
  const stored: Record<string, Tensor> = {
    i0: scalar(1, "int64"),
    i1: ints(1, 2),
    i2: ints(-1, 0, 2 ** 40, 3),
    f0: scalar(Number.NaN),
    w1: fromNumbers([1, 2], [2]),
    w2: fromNumbers([1, 2, 3, 4], [2, 2]),
    w4: fromNumbers([1, 2, 3, 4], [1, 1, 2, 2]),
    b: fromNumbers([1, 0], [2], "bool"),
  };
  const value = fc.constantFrom("z", "image", "time", "labels", "zz", "", ...Object.keys(stored));
  const node = fc.record({
    op: fc.constantFrom(...importableOperators),
    inputs: fc.array(value, { minLength: 1, maxLength: 4 }),
    attributes: fc.dictionary(fc.constantFrom(...names), attribute, { maxKeys: 3 }),
  });
  const seen = { taken: 0, refused: 0 };
  const law = fc.property(
    node,
    fc.constantFrom(13, 17, 18, 23),
    ({ op, inputs: given, attributes }, opset) => {
      const said = verdict({
        inputs: {
          ...inputs,
          image: { shape: ["n", 2, 4, 4] },
          time: { shape: [] },
          labels: { shape: ["n"], dtype: "int64" },
        },
        initializers: stored,
        nodes: [
          { op: "Concat", inputs: ["z", "z"], outputs: ["zz"], attributes: { axis: 0 } },
          { op, inputs: given, attributes, outputs: ["y"] },
        ],
        opset,
      });
      if (said === undefined) seen.taken++;
      else seen.refused++;
      expect(said ?? "").not.toMatch(/undefined|\[object/);
    },
  );
  fc.assert(law, { seed: 5, numRuns: 1000 });
  expect(seen.taken).toBeGreaterThan(100);
  expect(seen.refused).toBeGreaterThan(300);
}, 20_000);
