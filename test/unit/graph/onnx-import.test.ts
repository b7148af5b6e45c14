import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  ModelProtoSchema,
  TensorProto_DataType,
} from "onnx-buf";
import { describe, expect, test } from "vitest";
import { bind, encodeOnnx, evaluateGraph, importOnnx, inspectOnnx } from "../../../src/graph/index.js";
import { fromNumbers, type Tensor } from "../../../src/tensor/index.js";
import { linear, type ModelSpec, nodeProto, onnxModel, weight, withWeight } from "./onnx-model.js";

const run = (spec: ModelSpec, feeds: Record<string, Tensor>): Tensor => {
  const { graph, parameters } = importOnnx(onnxModel(spec), "field.onnx");
  return evaluateGraph(bind(graph, parameters), feeds).y as Tensor;
};

describe("importOnnx", () => {
  test("names weights, folds scalars and says where the model comes from", () => {
    const model = importOnnx(onnxModel({ ...linear, producer: "by hand" }), "field.onnx");
    expect(Object.keys(model.graph.inputs)).toEqual(["z", "weight"]);
    expect(model.parameters).toEqual({ weight });
    expect(model.inputs).toEqual({ z: { dtype: "float32", shape: ["batch", 2] } });
    expect(model.outputs).toEqual({ y: { dtype: "float32", shape: ["batch", 3] } });
    expect(model).toMatchObject({ opset: 17, producer: "by hand", metadata: {} });
  });

  test("takes an input that is also stored for a weight, as files of IR 3 list them", () => {
    const model = importOnnx(
      onnxModel({ ...linear, inputs: { weight: { shape: [2, 3] }, ...linear.inputs } }),
      "old.onnx",
    );
    expect(Object.keys(model.inputs)).toEqual(["z"]);
    expect(Object.keys(model.parameters)).toEqual(["weight"]);
  });

  test("counts negative axes of a permutation from the end, as PyTorch's older exporter writes them", () => {
    const z = fromNumbers([1, 2, 3, 4, 5, 6], [1, 2, 3]);
    const turned = run(
      {
        inputs: { z: { shape: ["batch", 2, 3] } },
        nodes: [{ op: "Transpose", inputs: ["z"], attributes: { perm: [0, -1, 1] } }],
      },
      { z },
    );
    expect(turned).toMatchObject({ shape: [1, 3, 2], data: Float64Array.of(1, 4, 2, 5, 3, 6) });
  });

  test("leaves out weights that no output needs, and keeps inputs that none needs", () => {
    const spec = {
      ...linear,
      inputs: { s: { shape: [] }, ...linear.inputs },
      initializers: { ...linear.initializers, unused: weight },
    };
    const model = importOnnx(onnxModel(spec), "field.onnx");
    expect(Object.keys(model.inputs)).toEqual(["s", "z"]);
    expect(Object.keys(model.parameters)).toEqual(["weight"]);
  });

  test("reads bytes that lie in a pool at an odd offset", () => {
    const bytes = onnxModel(linear);
    const pool = Buffer.alloc(bytes.length + 3);
    pool.set(bytes, 3);
    expect(importOnnx(pool.subarray(3), "pooled").parameters.weight).toEqual(weight);
  });

  test("takes the names of a file that we wrote, and can write it again with its weights open", () => {
    const { graph, parameters } = importOnnx(onnxModel(linear), "field.onnx");
    const ours = importOnnx(encodeOnnx(bind(graph, parameters)), "ours.onnx");
    const open = importOnnx(encodeOnnx(ours.graph), "open.onnx");
    expect(Object.keys(open.inputs)).toEqual(["z", ...Object.keys(ours.parameters)]);
    const z = fromNumbers([1, -1, 0.5, 2], [2, 2]);
    expect(evaluateGraph(open.graph, { z, ...ours.parameters, ...open.parameters })).toEqual(
      evaluateGraph(graph, { z, ...parameters }),
    );
  });

  test("expands local functions, with attributes passed on, inside each other", () => {
    const scaled = nodeProto({
      op: "LeakyRelu",
      inputs: ["x"],
      outputs: ["h"],
      attributes: { alpha: { float: 9 } },
    });
    for (const attribute of scaled.attribute) attribute.refAttrName = "slope";
    const inner = create(FunctionProtoSchema, {
      name: "Bent",
      domain: "mine",
      input: ["x"],
      output: ["out"],
      attribute: ["slope"],
      node: [scaled, nodeProto({ op: "Neg", inputs: ["h"], outputs: ["out"] })],
      opsetImport: [{ domain: "", version: 18n }],
    });
    const outer = create(FunctionProtoSchema, {
      name: "Twice",
      domain: "mine",
      input: ["x"],
      output: ["out"],
      node: [
        nodeProto({
          op: "Bent",
          domain: "mine",
          inputs: ["x"],
          outputs: ["h"],
          attributes: { slope: { float: 0.5 } },
        }),
        nodeProto({
          op: "Bent",
          domain: "mine",
          inputs: ["h"],
          outputs: ["out"],
          attributes: { slope: { float: 2 } },
        }),
      ],
    });
    const spec: ModelSpec = {
      inputs: { z: { shape: ["n"] } },
      nodes: [{ op: "Twice", domain: "mine", inputs: ["z"] }],
      functions: [inner, outer],
    };
    // −leaky(−leaky(z, ½), 2): 4 → −4 → 8; −4 → −2·(−1) = 2 → −2
    expect([...run(spec, { z: fromNumbers([4, -4], [2]) }).data]).toEqual([8, -2]);
    const endless = create(FunctionProtoSchema, {
      ...outer,
      node: [nodeProto({ op: "Twice", domain: "mine", inputs: ["x"], outputs: ["out"] })],
    });
    expect(() => run({ ...spec, functions: [endless] }, {})).toThrow("functions at most 32 deep");
  });

  test.each([
    [
      "float16",
      { dataType: TensorProto_DataType.FLOAT16, rawData: Uint8Array.of(0x00, 0xc1, 0x00, 0x3c) },
      [-2.5, 1],
    ],
    [
      "float16 bits",
      { dataType: TensorProto_DataType.FLOAT16, int32Data: [0xc100, 0x0001] },
      [-2.5, 2 ** -24],
    ],
    [
      "bfloat16",
      { dataType: TensorProto_DataType.BFLOAT16, rawData: Uint8Array.of(0x20, 0xc0, 0x80, 0x3f) },
      [-2.5, 1],
    ],
    ["float list", { dataType: TensorProto_DataType.FLOAT, floatData: [-2.5, 1] }, [-2.5, 1]],
  ])("reads %s weights", (_title, init, expected) => {
    const spec = withWeight({ dims: [2n], ...init });
    expect([...run(spec, { z: fromNumbers([1, 1], [1, 2]) }).data]).toEqual(expected);
  });
});

describe("inspectOnnx", () => {
  test("summarizes models, importable or not", () => {
    const summary = inspectOnnx(
      onnxModel({
        ...linear,
        inputs: { z: { shape: ["n", 2, "width"] } },
        nodes: [...linear.nodes, { op: "Hardmax", inputs: ["y"], outputs: ["e"] }],
      }),
      "field.onnx",
    );
    expect(summary).toMatchObject({
      opset: 17,
      producer: "",
      inputs: { z: { elementType: "float32", shape: ["n", 2, "width"] } },
      parameterCount: 6,
      weights: [{ name: "weight", elementType: "float32", shape: [2, 3] }],
      operators: [
        { name: "Hardmax", count: 1, supported: false },
        { name: "MatMul", count: 1, supported: true },
        { name: "Mul", count: 1, supported: true },
      ],
    });
  });
});

describe("If", () => {
  const branchOf = (name: string, op: string) =>
    create(AttributeProtoSchema, {
      name,
      type: AttributeProto_AttributeType.GRAPH,
      g: { name, node: [nodeProto({ op, inputs: ["z"], outputs: ["out"] })], output: [{ name: "out" }] },
    });
  const model = (condition: ModelSpec["nodes"]): Uint8Array => {
    const proto = fromBinary(
      ModelProtoSchema,
      onnxModel({
        inputs: { z: { shape: ["n", 2] } },
        initializers: { at: fromNumbers([1], [1], "int64") },
        nodes: [...condition, { op: "If", inputs: ["c"] }],
      }),
    );
    proto.graph?.node.at(-1)?.attribute.push(branchOf("then_branch", "Neg"), branchOf("else_branch", "Exp"));
    return toBinary(ModelProtoSchema, proto);
  };
  const width: ModelSpec["nodes"] = [
    { op: "Shape", inputs: ["z"], outputs: ["shape"] },
    { op: "Gather", inputs: ["shape", "at"], outputs: ["width"], attributes: { axis: 0 } },
  ];

  test("takes the branch that shapes decide, as exporters of squeeze write it", () => {
    const { graph } = importOnnx(
      model([...width, { op: "Equal", inputs: ["width", "at"], outputs: ["c"] }]),
      "f",
    );
    const z = fromNumbers([0, 1], [1, 2]);
    expect([...(evaluateGraph(graph, { z }).y as Tensor).data]).toEqual([1, Math.E]);
  });

  test("refuses a condition from data", () => {
    const nodes: ModelSpec["nodes"] = [
      { op: "ReduceSum", inputs: ["z"], outputs: ["sum"], attributes: { keepdims: 0 } },
      { op: "Less", inputs: ["sum", "sum"], outputs: ["c"] },
    ];
    expect(() => importOnnx(model(nodes), "f")).toThrow("a condition that depends on data");
  });
});
