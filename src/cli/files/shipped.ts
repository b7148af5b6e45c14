import { pretrainedFields, pretrainedFile } from "../../pretrained/index.js";
import { meantAdvice } from "../../spec/internal.js";
import { fail } from "../../tensor/index.js";
import { isFile, readBytes } from "./files.js";

/**
 * All bytes of a model: a file, or one that comes with the package, by its name (`ffjord`). A file of that name goes first.
 * @throws FILE_NOT_READABLE, which names a shipped field that was perhaps meant.
 */
export async function readModel(path: string): Promise<Uint8Array> {
  if (await isFile(path)) return readBytes(path);
  const shipped = pretrainedFile(path);
  if (shipped !== undefined) return readBytes(shipped);
  const help = meantAdvice(path, pretrainedFields);
  if (help === undefined) return readBytes(path);
  throw fail("FILE_NOT_READABLE", { what: path, expected: "a file", received: "no such file", help });
}
