import { create } from "@bufbuild/protobuf";
import { type TensorProto, TensorProto_DataType, TensorProtoSchema } from "onnx-buf";
import { fromNumbers, scalar } from "../../../src/tensor/index.js";
import { normal, type OnnxCase } from "./onnx-cases.js";
import type { AttributeValue, NodeSpec } from "./onnx-model.js";

type Narrow = "INT8" | "UINT8" | "INT16" | "UINT16" | "INT32";

/** A stored tensor of narrow integers. */
export const narrow = (
  name: string,
  type: Narrow,
  values: readonly number[],
  dims: number[] = [],
): TensorProto =>
  create(TensorProtoSchema, {
    name,
    dataType: TensorProto_DataType[type],
    dims: dims.map(BigInt),
    int32Data: [...values],
  });

const quantized = (inputs: readonly string[]): NodeSpec => ({ op: "QuantizeLinear", inputs, outputs: ["q"] });

/** Data rounded to few bits and back, as activations of quantized networks are. */
const rounded = (type: Narrow, zero: number, scale: number, extra: Partial<OnnxCase> = {}): OnnxCase => ({
  op: "DequantizeLinear",
  feeds: { z: normal(5, 7) },
  stored: { scale: scalar(scale) },
  raw: [narrow("zero", type, [zero])],
  before: [quantized(["z", "scale", "zero"])],
  inputs: ["q", "scale", "zero"],
  opset: 21,
  ...extra,
});

const numbers = Array.from({ length: 12 }, (_, i) => ((i * 37) % 256) - 128);

/** Weights that are stored in few bits, added to data of their shape. */
const weight = (
  scale: readonly number[],
  zero: readonly number[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): OnnxCase => ({
  op: "Add",
  feeds: { z: normal(5, 3, 4) },
  stored: { scale: fromNumbers(scale, scale.length === 1 ? [] : [scale.length]) },
  raw: [
    narrow("w", "INT8", numbers, [3, 4]),
    narrow("zero", "INT8", zero, zero.length === 1 ? [] : [zero.length]),
  ],
  before: [{ op: "DequantizeLinear", inputs: ["w", "scale", "zero"], outputs: ["v"], attributes }],
  inputs: ["z", "v"],
});

/** Numbers of few bits. */
export const quantizedCases: readonly OnnxCase[] = [
  rounded("UINT8", 131, 0.02),
  // Beyond what the type holds on both sides.
  rounded("INT8", -3, 0.005),
  rounded("INT16", 11, 1e-4),
  rounded("UINT16", 33_000, 1e-4),
  rounded("UINT8", 0, 0.02, { raw: [], before: [quantized(["z", "scale"])], inputs: ["q", "scale"] }),
  weight([0.03], [5]),
  weight([0.03, 0.1, 0.2, 0.001], [0, 3, -7, 1]),
  weight([0.03, 0.1, 0.2], [0, 0, 0], { axis: 0 }),
];
