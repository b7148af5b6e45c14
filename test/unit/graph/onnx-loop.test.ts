import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
} from "onnx-buf";
import { describe, expect, test } from "vitest";
import { evaluateGraph, importOnnx } from "../../../src/graph/index.js";
import { fromNumbers, isHypersolversError, scalar, type Tensor } from "../../../src/tensor/index.js";
import { type ModelSpec, type NodeSpec, nodeProto, onnxModel } from "./onnx-model.js";

const named = (names: readonly string[]) => names.map((name) => ({ name }));

/** A graph inside a node. */
const graphOf = (inputs: readonly string[], outputs: readonly string[], nodes: readonly NodeSpec[]) =>
  create(GraphProtoSchema, {
    name: "body",
    input: named(inputs),
    output: named(outputs),
    node: nodes.map(nodeProto),
  });

/** The model whose last node has that body. */
function withBody(spec: ModelSpec, g: GraphProto): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, onnxModel(spec));
  const type = AttributeProto_AttributeType.GRAPH;
  proto.graph?.node.at(-1)?.attribute.push(create(AttributeProtoSchema, { name: "body", type, g }));
  return toBinary(ModelProtoSchema, proto);
}

const inputs = { z: { shape: ["n", 2] } };

/** z ← z (i + 1), and what every round shows. */
const times = graphOf(
  ["i", "on", "a"],
  ["stays", "b", "shown"],
  [
    { op: "Identity", inputs: ["on"], outputs: ["stays"] },
    { op: "Cast", inputs: ["i"], outputs: ["number"], attributes: { to: 1 } },
    { op: "Add", inputs: ["number", "one"], outputs: ["factor"] },
    { op: "Mul", inputs: ["a", "factor"], outputs: ["b"] },
    { op: "Neg", inputs: ["b"], outputs: ["shown"] },
  ],
);

const loop = (count: Tensor, outputs = ["y", "all"]): ModelSpec => ({
  inputs,
  initializers: { count, one: scalar(1) },
  nodes: [{ op: "Loop", inputs: ["count", "", "z"], outputs }],
  outputs: { y: "float32", ...(outputs.includes("all") && { all: "float32" }) },
});

const verdict = (bytes: Uint8Array): string => {
  try {
    importOnnx(bytes, "f.onnx");
    return "taken";
  } catch (error) {
    if (!isHypersolversError(error)) throw error;
    return `${error.code}: ${error.message}`;
  }
};

const z = fromNumbers([1, -2], [1, 2]);

describe("Loop", () => {
  test("of a known number of rounds is read round by round, with what all of them show", () => {
    const { graph } = importOnnx(withBody(loop(scalar(3, "int64")), times), "f");
    const { y, all } = evaluateGraph(graph, { z });
    expect([...(y as Tensor).data]).toEqual([6, -12]);
    expect(all?.shape).toEqual([3, 1, 2]);
    expect([...(all as Tensor).data]).toEqual([-1, 2, -2, 4, -6, 12]);
  });

  test("ends where a condition that follows from constants says so", () => {
    const counting = graphOf(
      ["i", "on", "k", "a"],
      ["goes", "next", "b"],
      [
        { op: "Add", inputs: ["k", "step"], outputs: ["next"] },
        { op: "Less", inputs: ["next", "end"], outputs: ["goes"] },
        { op: "Add", inputs: ["a", "a"], outputs: ["b"] },
      ],
    );
    const spec: ModelSpec = {
      inputs,
      initializers: { k: scalar(0, "int64"), step: scalar(2, "int64"), end: scalar(7, "int64") },
      nodes: [{ op: "Loop", inputs: ["", "", "k", "z"], outputs: ["last", "y"] }],
    };
    // k = 2, 4, 6, 8.
    const { graph } = importOnnx(withBody(spec, counting), "f");
    expect([...(evaluateGraph(graph, { z }).y as Tensor).data]).toEqual([16, -32]);
  });

  test.each([0, -5])("of %d rounds is what it begins with", (count) => {
    const { graph } = importOnnx(withBody(loop(scalar(count, "int64"), ["y"]), bodyOf("b")), "f");
    expect([...(evaluateGraph(graph, { z }).y as Tensor).data]).toEqual([1, -2]);
    expect(verdict(withBody(loop(scalar(count, "int64")), times))).toMatch(/UNSUPPORTED_FIELD.*"Loop of y"/s);
  });

  /** z ← −z, with these outputs behind the condition. */
  function bodyOf(...outputs: readonly string[]): GraphProto {
    const nodes = [
      { op: "Identity", inputs: ["on"], outputs: ["stays"] },
      { op: "Neg", inputs: ["a"], outputs: ["b"] },
    ];
    return graphOf(["i", "on", "a"], ["stays", ...outputs], nodes);
  }

  test.each([1e9, 2 ** 62])("of %d rounds is refused", (count) => {
    expect(verdict(withBody(loop(scalar(count, "int64"), ["y"]), bodyOf("b")))).toMatch(
      /UNSUPPORTED_FIELD.*"Loop of y".*loops of at most 65536 operators/s,
    );
  });

  test("that loops around too many rounds, or has no end, is refused", () => {
    const endless: ModelSpec = { inputs, nodes: [{ op: "Loop", inputs: ["", "", "z"], outputs: ["y"] }] };
    const refused = /UNSUPPORTED_FIELD.*"Loop of y".*loops of at most 65536 operators/s;
    expect(verdict(withBody(endless, bodyOf("b")))).toMatch(refused);
    const nested = graphOf(
      ["i", "on", "a"],
      ["stays", "b"],
      [
        { op: "Identity", inputs: ["on"], outputs: ["stays"] },
        { op: "Loop", inputs: ["count", "", "a"], outputs: ["b"] },
      ],
    );
    const type = AttributeProto_AttributeType.GRAPH;
    const chain = ["c", "d", "e", "f"].map((from, k, all) => ({
      op: "Neg",
      inputs: [from],
      outputs: [all[k + 1] ?? "last"],
    }));
    const g = graphOf(
      ["j", "more", "c"],
      ["still", "last"],
      [{ op: "Identity", inputs: ["more"], outputs: ["still"] }, ...chain],
    );
    nested.node.at(-1)?.attribute.push(create(AttributeProtoSchema, { name: "body", type, g }));
    const around = verdict(withBody(loop(scalar(20_000, "int64"), ["y"]), nested));
    expect(around).toMatch(/UNSUPPORTED_FIELD.*"Loop of y\/0\/Loop of b".*loops of at most 65536 operators/s);
  });

  test("whose body has other outputs or inputs than the loop is malformed", () => {
    const three = scalar(3, "int64");
    expect(verdict(withBody(loop(three, ["y"]), bodyOf()))).toMatch(/MALFORMED_FILE.*"Loop of y"/s);
    expect(verdict(withBody(loop(three, ["y"]), bodyOf("b", "b")))).toMatch(/MALFORMED_FILE.*"Loop of y"/s);
    expect(verdict(withBody(loop(three, ["y"]), bodyOf("nowhere")))).toMatch(/MALFORMED_FILE.*"nowhere"/s);
    const fewer = graphOf(["i", "on"], ["stays", "z"], [{ op: "Neg", inputs: ["on"], outputs: ["stays"] }]);
    expect(verdict(withBody(loop(three, ["y"]), fewer))).toMatch(/MALFORMED_FILE.*"Loop of y".*3 inputs/s);
    expect(verdict(onnxModel(loop(three, ["y"])))).toMatch(/MALFORMED_FILE.*a graph "body"/s);
  });

  test("of a number of rounds, or under a condition, that depends on data is refused by name", () => {
    const fromData: ModelSpec = {
      inputs,
      nodes: [
        { op: "ReduceSum", inputs: ["z"], outputs: ["sum"], attributes: { keepdims: 0 } },
        { op: "Cast", inputs: ["sum"], outputs: ["count"], attributes: { to: 7 } },
        { op: "Loop", inputs: ["count", "", "z"], outputs: ["y"] },
      ],
    };
    const refused = /UNSUPPORTED_OPERATOR.*"Loop of y".*depends on data/s;
    expect(verdict(withBody(fromData, bodyOf("b")))).toMatch(refused);
    const untilSmall = graphOf(
      ["i", "on", "a"],
      ["goes", "b"],
      [
        { op: "Neg", inputs: ["a"], outputs: ["b"] },
        { op: "ReduceSum", inputs: ["b"], outputs: ["sum"], attributes: { keepdims: 0 } },
        { op: "Less", inputs: ["sum", "one"], outputs: ["goes"] },
      ],
    );
    expect(verdict(withBody(loop(scalar(3, "int64"), ["y"]), untilSmall))).toMatch(refused);
  });
});
