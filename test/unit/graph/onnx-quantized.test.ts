import { describe, expect, test } from "vitest";
import {
  bind,
  evaluateGraph,
  gradient,
  importOnnx,
  inline,
  type Node,
  reduceSum,
  trace,
} from "../../../src/graph/index.js";
import { fromNumbers, scalar } from "../../../src/tensor/index.js";
import { type NodeSpec, onnxModel } from "./onnx-model.js";
import { narrow } from "./onnx-quantized-cases.js";

const there: NodeSpec = { op: "QuantizeLinear", inputs: ["z", "scale", "zero"], outputs: ["q"] };
const back: NodeSpec = { op: "DequantizeLinear", inputs: ["q", "scale", "zero"] };
const model = (type: "INT8" | "INT32", nodes = [there, back]) =>
  importOnnx(
    onnxModel({
      inputs: { z: { shape: ["n", 4] } },
      initializers: { scale: scalar(0.25) },
      rawInitializers: [narrow("zero", type, [3])],
      nodes,
    }),
    "quantized.onnx",
  );

describe("quantized numbers", () => {
  test("halves round to even before the zero point is added; the derivative goes straight through within the range", () => {
    const { graph, parameters } = model("INT8");
    const closed = bind(graph, parameters);
    const loss = trace(closed.inputs, (nodes) => {
      const y = inline(closed, nodes).y as Node;
      return { y, slope: gradient(reduceSum(y), [nodes.z as Node])[0] as Node };
    });
    const z = fromNumbers([0.125, 0.375, 40, -40], [1, 4]);
    const { y, slope } = evaluateGraph(loss, { z });
    expect([...(y?.data ?? [])]).toEqual([0, 0.5, 31, -32.75]);
    expect([...(slope?.data ?? [])]).toEqual([1, 1, 0, 0]);
  });

  test("types without a range of few bits, and scales that fit no axis, are refused by name", () => {
    expect(() => model("INT32")).toThrow(/QuantizeLinear.*int32|int32/s);
    const scales = { op: "DequantizeLinear", inputs: ["q", "w"] } as const;
    expect(() =>
      importOnnx(
        onnxModel({
          inputs: { z: { shape: ["n", 4] } },
          initializers: { scale: scalar(1), w: fromNumbers([1, 2, 3], [3]) },
          nodes: [{ op: "QuantizeLinear", inputs: ["z", "scale"], outputs: ["q"] }, scales],
        }),
        "scales.onnx",
      ),
    ).toThrow(/one for all/);
  });

  test("stored weights become float constants", () => {
    const { graph } = importOnnx(
      onnxModel({
        inputs: { z: { shape: ["n", 2] } },
        initializers: { scale: scalar(0.5) },
        rawInitializers: [narrow("w", "INT8", [-128, 127], [2]), narrow("zero", "INT8", [1])],
        nodes: [
          { op: "DequantizeLinear", inputs: ["w", "scale", "zero"], outputs: ["v"] },
          { op: "Mul", inputs: ["z", "v"] },
        ],
      }),
      "weights.onnx",
    );
    const constant = graph.outputs.y?.inputs.find(({ op }) => op === "constant");
    expect(constant?.attributes).toMatchObject({ value: { data: Float32Array.of(-64.5, 63) } });
  });
});
