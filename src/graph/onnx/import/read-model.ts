import { fromBinary } from "@bufbuild/protobuf";
import { type GraphProto, type ModelProto, ModelProtoSchema } from "onnx-buf";
import { fail } from "../../../tensor/index.js";

/** What a model file says of itself, beside the graph. */
export interface ModelHeader {
  /** Version of the standard operators. */
  readonly opset: number;
  /** Name and version of the program that wrote the file; empty when it does not say. */
  readonly producer: string;
  /** Free-form texts stored with the model. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ParsedModel extends ModelHeader {
  readonly proto: ModelProto;
  readonly graph: GraphProto;
}

/** Elementwise broadcasting came with opset 7; before it operators had other meanings. */
const oldestOpset = 7;

/**
 * Parses the container format, without a look at the operators.
 * @throws MALFORMED_FILE when the bytes are no ONNX model; UNSUPPORTED_FIELD for opsets before 7.
 */
export function readModel(bytes: Uint8Array, what: string): ParsedModel {
  const proto = parseModel(bytes, what);
  const { graph } = proto;
  const opset = proto.opsetImport.find(({ domain }) => isStandardDomain(domain))?.version;
  if (graph === undefined || opset === undefined) {
    throw fail("MALFORMED_FILE", {
      what,
      expected: "an ONNX model with a graph and an operator set",
      received: bytes.length === 0 ? "an empty file" : "neither in so many bytes",
    });
  }
  if (opset < oldestOpset) {
    throw fail("UNSUPPORTED_FIELD", {
      what,
      expected: `opset ${oldestOpset} or newer`,
      received: `opset ${opset}`,
      help: "export the model again with opset 17 or 18",
    });
  }
  return {
    proto,
    graph,
    opset: Number(opset),
    producer: [proto.producerName, proto.producerVersion].filter((text) => text !== "").join(" "),
    metadata: Object.fromEntries(proto.metadataProps.map(({ key, value }) => [key, value])),
  };
}

/** @throws MALFORMED_FILE when the bytes are no protocol buffer. */
export function parseModel(bytes: Uint8Array, what: string): ModelProto {
  try {
    // A plain view: slices of a Node Buffer share its pool instead of copying.
    return fromBinary(ModelProtoSchema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (cause) {
    throw fail("MALFORMED_FILE", {
      what,
      expected: "an ONNX model",
      received: `${bytes.length} bytes that break off or are no protocol buffer`,
      cause,
    });
  }
}

/** The standard operators go by two names. */
export const isStandardDomain = (domain: string): boolean => domain === "" || domain === "ai.onnx";
