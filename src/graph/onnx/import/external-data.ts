import { toBinary } from "@bufbuild/protobuf";
import {
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation,
} from "onnx-buf";
import { fail } from "../../../tensor/index.js";
import { parseModel } from "./read-model.js";

/**
 * The files that hold weights of a model beside it, as PyTorch's newer exporter writes them (`field.onnx.data`).
 * @returns their paths relative to the model's own file, each once; none where all weights are inside.
 * @throws MALFORMED_FILE when the bytes are no ONNX model.
 */
export function externalDataFiles(bytes: Uint8Array, what: string): string[] {
  const places = externalTensors(parseModel(bytes, what).graph).map(
    (tensor) => placeOf(tensor, what).location,
  );
  return [...new Set(places)];
}

/**
 * The same model with all its weights inside; the same bytes where they are there already.
 * @param files contents by the paths that `externalDataFiles` tells.
 * @throws FILE_NOT_READABLE for a file that is lacking; MALFORMED_FILE for one that is too short, and for no ONNX model.
 */
export function embedExternalData(
  bytes: Uint8Array,
  files: ReadonlyMap<string, Uint8Array>,
  what: string,
): Uint8Array {
  const model = parseModel(bytes, what);
  const tensors = externalTensors(model.graph);
  if (tensors.length === 0) return bytes;
  for (const tensor of tensors) {
    tensor.rawData = Uint8Array.from(contentOf(tensor, files, what));
    tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
    tensor.externalData = [];
  }
  return toBinary(ModelProtoSchema, model);
}

/** Stored tensors with values elsewhere: initializers, and constants of nodes, in all graphs within graphs. */
function externalTensors(graph: GraphProto | undefined): TensorProto[] {
  if (graph === undefined) return [];
  const isExternal = ({ dataLocation }: TensorProto): boolean =>
    dataLocation === TensorProto_DataLocation.EXTERNAL;
  return [
    ...graph.initializer.filter(isExternal),
    ...graph.node.flatMap((node) => ofNode(node).filter(isExternal)),
  ];
}

const ofNode = ({ attribute }: NodeProto): TensorProto[] =>
  attribute.flatMap(({ t, g, tensors, graphs }) => [
    ...(t === undefined ? [] : [t]),
    ...tensors,
    ...[...(g === undefined ? [] : [g]), ...graphs].flatMap(externalTensors),
  ]);

/** Where values lie: a stretch of a file. */
interface Place {
  readonly location: string;
  readonly offset: number;
  /** To the end of the file, where absent. */
  readonly length: number | undefined;
}

function placeOf({ name, externalData }: TensorProto, what: string): Place {
  const entries = new Map(externalData.map(({ key, value }) => [key, value]));
  const place = {
    location: entries.get("location") ?? "",
    offset: Number(entries.get("offset") ?? 0),
    length: entries.has("length") ? Number(entries.get("length")) : undefined,
  };
  const counts = [place.offset, place.length ?? 0];
  if (place.location !== "" && counts.every((count) => Number.isSafeInteger(count) && count >= 0))
    return place;
  throw fail("MALFORMED_FILE", {
    what: `${what}, initializer "${name}"`,
    expected: "a place in a file of weights: location, offset and length",
    received: JSON.stringify(Object.fromEntries(entries)),
  });
}

function contentOf(tensor: TensorProto, files: ReadonlyMap<string, Uint8Array>, what: string): Uint8Array {
  const { location, offset, length } = placeOf(tensor, what);
  const file = files.get(location);
  if (file === undefined) {
    throw fail("FILE_NOT_READABLE", {
      what: `${what}, initializer "${tensor.name}"`,
      expected: `its values in "${location}"`,
      received: "no such file",
      help: "bring both files, or export again with the weights inside: torch.onnx.export(..., external_data=False)",
    });
  }
  const end = length === undefined ? file.length : offset + length;
  if (offset <= end && end <= file.length) return file.subarray(offset, end);
  throw fail("MALFORMED_FILE", {
    what: `${what}, initializer "${tensor.name}"`,
    expected: `bytes ${offset} to ${end} of "${location}"`,
    received: `${file.length} bytes`,
    help: "model and weights are from different exports, or a copy was cut off",
  });
}
