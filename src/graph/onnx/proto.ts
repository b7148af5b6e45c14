import { create } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as ElementType,
  type GraphProto,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import type { DType, Tensor } from "../../tensor/index.js";
import type { OnnxAttributes } from "../operator.js";
import type { TensorType } from "../tensor-type.js";

/** ONNX element types of ours. */
export const elementTypes: Readonly<Record<DType, ElementType>> = {
  float32: ElementType.FLOAT,
  float64: ElementType.DOUBLE,
  int64: ElementType.INT64,
  bool: ElementType.BOOL,
};

/** A stored tensor. */
export function tensorProto(name: string, { dtype, shape, data }: Tensor): TensorProto {
  const rawData = new Uint8Array(data.byteLength);
  rawData.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return create(TensorProtoSchema, { name, dataType: elementTypes[dtype], dims: shape.map(BigInt), rawData });
}

/** Name and type of a model input or output; the batch is the one named dimension. */
export function valueInfo(name: string, { dtype, shape }: TensorType): ValueInfoProto {
  const dim = shape.map((size) => ({
    value:
      size === "batch"
        ? { case: "dimParam" as const, value: "batch" }
        : { case: "dimValue" as const, value: BigInt(size) },
  }));
  const tensorType = { elemType: elementTypes[dtype], shape: { dim } };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: "tensorType", value: tensorType } } });
}

/** Attributes by value: integers, floats (as `{ float }`), texts and lists of integers. */
export function attributeProtos(attributes: OnnxAttributes): AttributeProto[] {
  return Object.entries(attributes).map(([name, value]) => {
    if (typeof value === "number")
      return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
    if (typeof value === "string") {
      return create(AttributeProtoSchema, {
        name,
        type: AttributeType.STRING,
        s: new TextEncoder().encode(value),
      });
    }
    if ("float" in value)
      return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
    return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
  });
}

/** Attributes that are graphs. */
export const graphProtos = (graphs: Readonly<Record<string, GraphProto>>): AttributeProto[] =>
  Object.entries(graphs).map(([name, g]) =>
    create(AttributeProtoSchema, { name, type: AttributeType.GRAPH, g }),
  );
