import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type FunctionProto,
  ModelProtoSchema,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from "onnx-buf";
import { attributeProtos, elementTypes, tensorProto } from "../../../src/graph/onnx/proto.js";
import { type DType, fromNumbers, scalar, type Tensor } from "../../../src/tensor/index.js";

/** Attribute values as tests write them: integers, `{ float }`, texts, lists of integers or texts, and tensors. */
export type AttributeValue =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { readonly float: number }
  | Tensor;

/** One ONNX node: type, inputs, outputs, attributes. */
export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly domain?: string;
}

export interface ModelSpec {
  /** Shape (numbers, or names for dynamic sizes) and element type by input. */
  readonly inputs?: Readonly<Record<string, { shape: readonly (number | string)[]; dtype?: DType }>>;
  readonly initializers?: Readonly<Record<string, Tensor>>;
  readonly rawInitializers?: readonly TensorProto[];
  readonly nodes: readonly NodeSpec[];
  /** Names of outputs; default `y`. */
  readonly outputs?: Readonly<Record<string, DType>>;
  readonly opset?: number;
  readonly functions?: readonly FunctionProto[];
  readonly producer?: string;
}

const isTensor = (value: AttributeValue): value is Tensor => typeof value === "object" && "dtype" in value;
const isTexts = (value: AttributeValue): value is readonly string[] =>
  Array.isArray(value) && typeof value[0] === "string";

function attribute(name: string, value: AttributeValue): AttributeProto[] {
  if (isTexts(value)) {
    const strings = value.map((text) => new TextEncoder().encode(text));
    return [create(AttributeProtoSchema, { name, type: AttributeType.STRINGS, strings })];
  }
  return isTensor(value)
    ? [create(AttributeProtoSchema, { name, type: AttributeType.TENSOR, t: tensorProto("", value) })]
    : attributeProtos({ [name]: value });
}

export function nodeProto({ op, inputs, outputs = ["y"], attributes = {}, domain = "" }: NodeSpec) {
  return create(NodeProtoSchema, {
    opType: op,
    domain,
    name: `${op} of ${outputs[0]}`,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).flatMap(([name, value]) => attribute(name, value)),
  });
}

/** Serializes a model, without our encoder. */
export function onnxModel(spec: ModelSpec): Uint8Array {
  const { inputs = {}, initializers = {}, rawInitializers = [], nodes, outputs = { y: "float32" } } = spec;
  const dimension = (size: number | string) => ({
    value:
      typeof size === "number"
        ? { case: "dimValue" as const, value: BigInt(size) }
        : { case: "dimParam" as const, value: size },
  });
  const domains = new Set([...nodes.map(({ domain = "" }) => domain), ""]);
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: spec.producer ?? "",
    opsetImport: [...domains].map((domain) => ({
      domain,
      version: domain === "" ? BigInt(spec.opset ?? 17) : 1n,
    })),
    functions: [...(spec.functions ?? [])],
    graph: {
      name: "test",
      node: nodes.map(nodeProto),
      initializer: [
        ...Object.entries(initializers).map(([name, value]) => tensorProto(name, value)),
        ...rawInitializers,
      ],
      input: Object.entries(inputs).map(([name, { shape, dtype = "float32" }]) => ({
        name,
        type: {
          value: {
            case: "tensorType" as const,
            value: { elemType: elementTypes[dtype], shape: { dim: shape.map(dimension) } },
          },
        },
      })),
      output: Object.entries(outputs).map(([name, dtype]) => ({
        name,
        type: { value: { case: "tensorType" as const, value: { elemType: elementTypes[dtype] } } },
      })),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** The matrix of `linear`. */
export const weight: Tensor = fromNumbers([1, 2, 3, 4, 5, 6], [2, 3]);

/** y = z·weight/2 with a dynamic batch. */
export const linear: ModelSpec = {
  inputs: { z: { shape: ["n", 2] } },
  initializers: { weight, scale: scalar(0.5) },
  nodes: [
    { op: "MatMul", inputs: ["z", "weight"], outputs: ["h"] },
    { op: "Mul", inputs: ["h", "scale"] },
  ],
};

/** A model that multiplies its input by one stored tensor `w`. */
export const withWeight = (init: MessageInitShape<typeof TensorProtoSchema>): ModelSpec => ({
  inputs: { z: { shape: ["n", 2] } },
  rawInitializers: [create(TensorProtoSchema, { name: "w", ...init })],
  nodes: [{ op: "Mul", inputs: ["z", "w"] }],
});
