import { create, toBinary } from "@bufbuild/protobuf";
import { type GraphProto, ModelProtoSchema } from "onnx-buf";

const irVersion = 8n;
const opset = 17n;

/** A model file around a graph (IR 8, opset 17). */
export function modelBytes(
  graph: GraphProto,
  extensions: Iterable<string>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion,
    producerName: "hypersolvers",
    opsetImport: [
      { domain: "", version: opset },
      ...[...extensions].map((domain) => ({ domain, version: 1n })),
    ],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph,
  });
  return toBinary(ModelProtoSchema, model);
}
