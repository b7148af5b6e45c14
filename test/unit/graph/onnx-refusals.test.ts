import { readFileSync } from "node:fs";
import type { MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import { TensorProto_DataLocation, TensorProto_DataType, type TensorProtoSchema } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { importOnnx } from "../../../src/graph/index.js";
import { type ErrorCode, fromNumbers, isHypersolversError, scalar } from "../../../src/tensor/index.js";
import { linear, type ModelSpec, onnxModel, withWeight } from "./onnx-model.js";

function failure(spec: ModelSpec | Uint8Array): { code: ErrorCode; message: string } {
  try {
    importOnnx(spec instanceof Uint8Array ? spec : onnxModel(spec), "field.onnx");
  } catch (error) {
    if (isHypersolversError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("imported without complaint");
}

describe("importOnnx refuses", () => {
  test("unknown operators, all of them at once", () => {
    const { code, message } = failure({
      inputs: { z: { shape: ["n", 2] } },
      nodes: [
        { op: "Hardmax", inputs: ["z"], outputs: ["a"] },
        { op: "Magic", inputs: ["a"], outputs: ["b"], domain: "com.example" },
        { op: "Hardmax", inputs: ["b"] },
      ],
    });
    expect(code).toBe("UNSUPPORTED_OPERATOR");
    expect(message).toContain('field.onnx, node "Hardmax of a"');
    expect(message).toContain("received: Hardmax, com.example.Magic");
  });

  test.each<[string, ErrorCode, string, Partial<ModelSpec>]>([
    [
      "a dynamic inner axis",
      "UNSUPPORTED_FIELD",
      'input "z", axis 1',
      { inputs: { z: { shape: ["n", "m"] } } },
    ],
    ["opset 6", "UNSUPPORTED_FIELD", "opset 6", { opset: 6 }],
    [
      "NaN weights",
      "NON_FINITE",
      'weight "weight", element 1',
      { initializers: { weight: fromNumbers([1, Number.NaN], [2, 1]), scale: scalar(1) } },
    ],
    ["values out of nowhere", "MALFORMED_FILE", '"nothing"', { nodes: [{ op: "Neg", inputs: ["nothing"] }] }],
    ["a missing output", "MALFORMED_FILE", '"y"', { nodes: [{ op: "Neg", inputs: ["z"], outputs: ["h"] }] }],
    [
      "a name given twice",
      "MALFORMED_FILE",
      '"z" again',
      { nodes: [{ op: "Neg", inputs: ["z"], outputs: ["z"] }] },
    ],
    ["too many inputs", "MALFORMED_FILE", "1 inputs", { nodes: [{ op: "Neg", inputs: ["z", "z"] }] }],
    [
      "shapes that do not fit",
      "SHAPE_MISMATCH",
      'node "Add of y" (Add)',
      { nodes: [{ op: "Add", inputs: ["z", "weight"] }] },
    ],
    [
      "nodes of a graph in place of the batch",
      "SHAPE_MISMATCH",
      "--size NAME=6",
      { nodes: [{ op: "MatMul", inputs: ["weight", "z"] }] },
    ],
    [
      "rows in place of the batch",
      "UNSUPPORTED_FIELD",
      "2·batch",
      {
        nodes: [
          { op: "Constant", inputs: [], outputs: ["s"], attributes: { value_ints: [-1] } },
          { op: "Reshape", inputs: ["z", "s"] },
        ],
      },
    ],
    [
      "a fixed batch",
      "UNSUPPORTED_OPERATOR",
      "fixed batch size",
      {
        nodes: [
          { op: "Constant", inputs: [], outputs: ["s"], attributes: { value_ints: [1, 2] } },
          { op: "Reshape", inputs: ["z", "s"] },
        ],
      },
    ],
    [
      "numbers for all entries of a batch",
      "UNSUPPORTED_FIELD",
      "nn.EmbeddingBag",
      {
        initializers: { zero: scalar(0, "int64"), one: scalar(1, "int64") },
        nodes: [
          { op: "Shape", inputs: ["z"], outputs: ["s"] },
          { op: "ReduceProd", inputs: ["s"], outputs: ["n"], attributes: { keepdims: 0 } },
          { op: "Range", inputs: ["zero", "n", "one"] },
        ],
      },
    ],
    [
      "steps over the batch",
      "UNSUPPORTED_OPERATOR",
      "[batch, points, …]",
      {
        initializers: {
          a: fromNumbers([0], [1], "int64"),
          b: fromNumbers([2], [1], "int64"),
          c: fromNumbers([0], [1], "int64"),
        },
        nodes: [{ op: "Slice", inputs: ["z", "a", "b", "c", "b"] }],
      },
    ],
    [
      "training mode",
      "UNSUPPORTED_OPERATOR",
      "model.eval()",
      { initializers: { t: scalar(1, "bool") }, nodes: [{ op: "Dropout", inputs: ["z", "", "t"] }] },
    ],
  ])("%s", (_title, code, text, change) => {
    const error = failure({ ...linear, ...change });
    expect(error.message).toContain(text);
    expect(error.code).toBe(code);
  });

  /** A network of two units over sequences of three, with weights of 1. */
  const recurrent = (op: string, gates: number, ways: number, activations: readonly string[]): ModelSpec => {
    const ones = fromNumbers(new Array(ways * gates * 4).fill(1), [ways, gates * 2, 2]);
    const direction = ways === 2 ? "bidirectional" : "forward";
    return {
      inputs: { z: { shape: ["n", 3, 2] } },
      initializers: { w: ones, r: ones },
      nodes: [
        { op: "Transpose", inputs: ["z"], outputs: ["steps"], attributes: { perm: [1, 0, 2] } },
        {
          op,
          inputs: ["steps", "w", "r"],
          outputs: ["all"],
          attributes: { hidden_size: 2, direction, activations },
        },
        { op: "Transpose", inputs: ["all"], attributes: { perm: [2, 0, 1, 3] } },
      ],
    };
  };
  test.each<[string, number, number, readonly string[]]>([
    ["LSTM", 4, 1, ["Sigmoid", "Relu", "Tanh"]],
    ["GRU", 3, 2, ["Sigmoid", "Tanh", "Relu", "Tanh"]],
    ["RNN", 1, 2, ["Tanh", "Relu"]],
    ["RNN", 1, 1, ["Affine"]],
  ])("%s of activations that it would compute as others: %#", (op, gates, ways, activations) => {
    const { code, message } = failure(recurrent(op, gates, ways, activations));
    expect(code).toBe("UNSUPPORTED_OPERATOR");
    expect(message).toContain(activations.join(", "));
    const usual = op === "RNN" ? ["Relu"] : ["Sigmoid", "Tanh", "Tanh"].slice(0, gates - 1);
    const written = Array.from({ length: ways }, () => usual).flat();
    const spec = recurrent(op, gates, ways, written);
    expect(() => importOnnx(onnxModel(spec), "field.onnx")).not.toThrow();
  });

  const weight = fromNumbers(new Array(18).fill(1), [1, 2, 3, 3]);
  test.each<[string, string, ModelSpec["nodes"][number], Partial<ModelSpec>]>([
    [
      "a convolution in four dimensions",
      "6 axes",
      { op: "Conv", inputs: ["z", "w"] },
      {
        inputs: { z: { shape: ["n", 2, 5, 5, 5, 5] } },
        initializers: { w: fromNumbers([1, 1], [1, 2, 1, 1, 1, 1]) },
      },
    ],
    [
      "a convolution's weight of another rank",
      "3 axes",
      { op: "Conv", inputs: ["z", "w"] },
      { initializers: { w: fromNumbers([1, 1], [1, 2, 1]) } },
    ],
    [
      "output padding beyond the stride",
      "output_padding 1,0",
      { op: "ConvTranspose", inputs: ["z", "w"], attributes: { output_padding: [1, 0] } },
      { initializers: { w: fromNumbers(new Array(18).fill(1), [2, 1, 3, 3]) } },
    ],
    [
      "an average over an overhanging window",
      "ceil_mode",
      {
        op: "AveragePool",
        inputs: ["z"],
        attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
      },
      {},
    ],
    [
      "indices of maxima",
      "two outputs",
      { op: "MaxPool", inputs: ["z"], outputs: ["y", "i"], attributes: { kernel_shape: [2, 2] } },
      {},
    ],
    [
      "batch statistics",
      "model.eval()",
      { op: "BatchNormalization", inputs: ["z", "v", "v", "v", "v"], attributes: { training_mode: 1 } },
      { initializers: { v: fromNumbers([1, 1], [2]) } },
    ],
  ])("%s", (_title, text, node, change) => {
    const base = { inputs: { z: { shape: ["n", 2, 5, 5] } }, initializers: { w: weight } };
    const { code, message } = failure({ ...base, nodes: [node], ...change });
    expect(code).toBe("UNSUPPORTED_OPERATOR");
    expect(message).toContain(text);
    expect(message).toContain(`node "${node.op} of y" (${node.op})`);
  });

  test.each([
    [
      "external data",
      "UNSUPPORTED_FIELD",
      { dataType: 1, dims: [2n], dataLocation: TensorProto_DataLocation.EXTERNAL },
    ],
    ["strings", "UNSUPPORTED_FIELD", { dataType: TensorProto_DataType.STRING, dims: [2n] }],
    ["too few bytes", "MALFORMED_FILE", { dataType: 1, dims: [2n], rawData: new Uint8Array(7) }],
    ["too few elements", "MALFORMED_FILE", { dataType: 1, dims: [2n], floatData: [1] }],
    [
      "an impossible size",
      "MALFORMED_FILE",
      { dataType: 1, dims: [2n ** 40n, 2n ** 40n], rawData: new Uint8Array(8) },
    ],
    ["a negative size", "MALFORMED_FILE", { dataType: 1, dims: [-2n], rawData: new Uint8Array(8) }],
  ] satisfies [string, ErrorCode, MessageInitShape<typeof TensorProtoSchema>][])(
    "initializers with %s",
    (_title, code, init) => {
      const spec = withWeight({ ...init });
      expect(failure(spec).code).toBe(code);
      expect(failure(spec).message).toContain('initializer "w"');
    },
  );

  test("bytes that are no model", () => {
    expect(failure(new Uint8Array()).code).toBe("MALFORMED_FILE");
    expect(failure(new TextEncoder().encode("<!doctype html>")).code).toBe("MALFORMED_FILE");
  });

  test("every truncation and nearly every damage with an error of its own", () => {
    const bytes = readFileSync(
      new URL("../../fixtures/fields/time_mlp_silu.torchscript.onnx", import.meta.url),
    );
    for (let length = 0; length < bytes.length; length += 41)
      expect(failure(bytes.subarray(0, length)).code, `of ${length} bytes`).toMatch(
        /MALFORMED_FILE|UNSUPPORTED_FIELD/,
      );
    const seen = { read: 0, refused: 0 };
    const law = fc.property(fc.nat(bytes.length - 1), fc.nat(255), (position, value) => {
      const damaged = Uint8Array.from(bytes);
      damaged[position] = value;
      try {
        importOnnx(damaged, "damaged.onnx");
        seen.read++;
      } catch (error) {
        if (!isHypersolversError(error)) throw error;
        seen.refused++;
      }
    });
    fc.assert(law, { seed: 1, numRuns: 1000 });
    // Most bytes are those of weights, which may be any; the others are noticed.
    expect(seen.read).toBeGreaterThan(500);
    expect(seen.refused).toBeGreaterThan(100);
  });
});

describe("axes of several rows a sample are refused where samples would mix", () => {
  const stacked: ModelSpec["nodes"] = [
    { op: "Concat", inputs: ["z", "z"], outputs: ["zz"], attributes: { axis: 0 } },
  ];
  const constants = {
    byPair: fromNumbers([-1, 2, 2], [3], "int64"),
    one: fromNumbers([1], [1], "int64"),
    zero: fromNumbers([0], [1], "int64"),
    shift: fromNumbers([1, 2, 3], [3, 1]),
  };
  test.each([
    ["a sum over the rows", "joins samples", { op: "ReduceSum", inputs: ["zz", "zero"] }],
    ["a softmax over the rows", "joins samples", { op: "Softmax", inputs: ["zz"], attributes: { axis: 0 } }],
    ["a part of the rows", "whole batches", { op: "Slice", inputs: ["zz", "zero", "one", "zero"] }],
    [
      "products of rows with each other",
      "joins samples",
      { op: "Gemm", inputs: ["zz", "zz"], attributes: { transB: 1 } },
    ],
    [
      "pairs of other samples",
      "a last size that follows from the others",
      { op: "Reshape", inputs: ["zz", "byPair"] },
    ],
    [
      "rows behind the batch",
      "whole batches",
      { op: "Concat", inputs: ["zz", "shift"], attributes: { axis: 0 } },
    ],
    ["an output of more rows", "one row a sample", { op: "Tanh", inputs: ["zz"] }],
  ] as const)("%s", (_title, text, node) => {
    const spec: ModelSpec = {
      inputs: { z: { shape: ["n", 1] } },
      initializers: constants,
      nodes: [...stacked, node],
    };
    const { code, message } = failure(spec);
    expect(code).toMatch(/^UNSUPPORTED_(FIELD|OPERATOR)$/);
    expect(message).toContain(text);
    expect(message).toContain("2·batch");
  });
});
