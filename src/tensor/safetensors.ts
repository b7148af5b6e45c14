import { z } from "zod/mini";
import { bytesPerElement, type DType, viewBytes } from "./dtype.js";
import { fail } from "./errors.js";
import { sizeOf } from "./shape.js";
import { type Tensor, tensor } from "./tensor.js";

/** Named tensors and free-form text metadata: the content of one safetensors file. */
export interface SafeTensors {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const dtypeNames: Readonly<Record<DType, string>> = {
  float32: "F32",
  float64: "F64",
  int64: "I64",
  bool: "BOOL",
};
const dtypeByName = new Map(Object.entries(dtypeNames).map(([dtype, name]) => [name, dtype as DType]));

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().check(z.nonnegative())),
  data_offsets: z.tuple([z.int().check(z.nonnegative()), z.int().check(z.nonnegative())]),
});
const headerSchema = z.looseObject({ __metadata__: z.optional(z.record(z.string(), z.string())) });

/**
 * Reads the safetensors format: 8 bytes header length, JSON header, raw little-endian data.
 * Tensors share memory with `bytes`.
 * @param what name for messages, usually the file path.
 * @throws MALFORMED_FILE on truncation, bad offsets or an element type outside F32, F64, I64, BOOL.
 */
export function decodeSafetensors(bytes: Uint8Array, what = "safetensors"): SafeTensors {
  const malformed = (received: string) =>
    fail("MALFORMED_FILE", { what, expected: "a complete safetensors file", received });
  if (bytes.length < 8) throw malformed(`${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > bytes.length - 8) {
    throw malformed(`a header of ${headerLength} bytes in a file of ${bytes.length}`);
  }
  const { __metadata__: metadata, ...entries } = parseHeader(bytes.subarray(8, 8 + headerLength), malformed);
  const body = bytes.subarray(8 + headerLength);
  const tensors: Record<string, Tensor> = {};
  for (const [name, raw] of Object.entries(entries)) tensors[name] = readEntry(name, raw, body, malformed);
  return { tensors, metadata: metadata ?? {} };
}

type Malformed = (received: string) => Error;

function parseHeader(bytes: Uint8Array, malformed: Malformed): z.infer<typeof headerSchema> {
  try {
    return z.parse(headerSchema, JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch {
    throw malformed("a header that is not JSON");
  }
}

function readEntry(name: string, raw: unknown, body: Uint8Array, malformed: Malformed): Tensor {
  const parsed = z.safeParse(entrySchema, raw);
  if (!parsed.success) throw malformed(`entry "${name}" without dtype, shape or data_offsets`);
  const { shape, data_offsets: offsets, dtype: dtypeName } = parsed.data;
  const dtype = dtypeByName.get(dtypeName);
  if (dtype === undefined) throw malformed(`entry "${name}" of element type ${dtypeName}`);
  const length = sizeOf(shape);
  const [start, end] = offsets;
  if (end - start !== length * bytesPerElement[dtype] || end > body.length) {
    throw malformed(`entry "${name}" at bytes ${start} to ${end} of ${body.length}`);
  }
  return tensor(dtype, shape, viewBytes(dtype, body, start, length));
}

/** Writes the safetensors format; keys keep their order, data is aligned to 8 bytes. */
export function encodeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: dtypeNames[dtype], shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = JSON.stringify(header);
  const unpadded = new TextEncoder().encode(json);
  const headerLength = Math.ceil(unpadded.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset).fill(0x20, 8, 8 + headerLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(unpadded, 8);
  let position = 8 + headerLength;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}
