import { dirname, isAbsolute, join } from "node:path";
import { embedExternalData, externalDataFiles } from "../../graph/index.js";
import { pretrainedFields, pretrainedFile } from "../../pretrained/index.js";
import { meantAdvice } from "../../spec/internal.js";
import { fail, isHypersolversError } from "../../tensor/index.js";
import { isFile, readBytes } from "./files.js";
import { STANDARD } from "./standard-input.js";

/**
 * All bytes of a model: a file, with the weights that lie beside it, or one that comes with the package, by its name
 * (`ffjord`). A file of that name goes first.
 * @throws FILE_NOT_READABLE, which names a shipped field that was perhaps meant; MALFORMED_FILE for no ONNX model.
 */
export async function readModel(path: string): Promise<Uint8Array> {
  if (path === STANDARD || (await isFile(path))) return readWithWeights(path);
  const shipped = pretrainedFile(path);
  if (shipped !== undefined) return readBytes(shipped);
  const help = meantAdvice(path, pretrainedFields);
  if (help === undefined) return readBytes(path);
  throw fail("FILE_NOT_READABLE", { what: path, expected: "a file", received: "no such file", help });
}

async function readWithWeights(path: string): Promise<Uint8Array> {
  const bytes = await readBytes(path);
  const locations = weightsBeside(bytes, path);
  if (locations.length === 0) return bytes;
  const files = new Map<string, Uint8Array>();
  for (const location of locations) {
    const place = besides(path, location);
    if (await isFile(place)) files.set(location, await readBytes(place));
  }
  return embedExternalData(bytes, files, path);
}

/** None for what is no ONNX model: its reader knows what it should be. */
function weightsBeside(bytes: Uint8Array, path: string): readonly string[] {
  try {
    return externalDataFiles(bytes, path);
  } catch (error) {
    if (isHypersolversError(error, "MALFORMED_FILE")) return [];
    throw error;
  }
}

/** @throws UNSUPPORTED_FIELD for a place outside of the model's folder: a model is no way to other files. */
function besides(path: string, location: string): string {
  if (!isAbsolute(location) && !location.split(/[\\/]/).includes("..")) return join(dirname(path), location);
  throw fail("UNSUPPORTED_FIELD", {
    what: `${path}: weights in a second file`,
    expected: "a file beside the model or in a folder below",
    received: JSON.stringify(location),
    help: "move the weights beside the model and save it anew: onnx.save(onnx.load(...), ...)",
  });
}
