import { pretrainedFile } from "../../pretrained/index.js";
import { isFile, readBytes } from "./files.js";

/** All bytes of a model: a file, or one that comes with the package, by its name (`ffjord`). A file of that name goes first. */
export async function readModel(path: string): Promise<Uint8Array> {
  const shipped = pretrainedFile(path);
  return readBytes(shipped === undefined || (await isFile(path)) ? path : shipped);
}
