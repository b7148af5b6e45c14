import { decodeNpy, decodeNpz, isNpy, isZip } from "../../data/index.js";
import { decodeSafetensors, fail, formatShape, type Tensor } from "../../tensor/index.js";
import { isFile, readBytes } from "./files.js";

/** A tensor and where it came from. */
export interface FoundTensor {
  readonly value: Tensor;
  /** `z of states.safetensors`, for messages and cards. */
  readonly description: string;
}

/**
 * Reads one tensor by `FILE[:key]`, from safetensors, .npz or .npy, whichever the content is. Names of files may contain
 * colons: the longest part that is a file counts.
 * @param preferred keys to take when none is given and the file has several.
 * @throws FILE_NOT_READABLE, MALFORMED_FILE; INVALID_ARGUMENT listing the keys when the key is not there or needed.
 */
export async function readTensor(reference: string, preferred: readonly string[]): Promise<FoundTensor> {
  const { path, key } = await splitReference(reference);
  const bytes = await readBytes(path);
  if (isNpy(bytes) && key === undefined) return { value: decodeNpy(bytes, path), description: path };
  const tensors = namedTensors(bytes, path);
  const names = Object.keys(tensors);
  const chosen = key ?? (names.length === 1 ? names[0] : preferred.find((name) => names.includes(name)));
  const value = chosen === undefined ? undefined : tensors[chosen];
  if (value !== undefined && chosen !== undefined) return { value, description: `${chosen} of ${path}` };
  const noKeys = isNpy(bytes) ? `a .npy file holds one array: write ${path}` : "write tensors into it";
  throw fail("INVALID_ARGUMENT", {
    what: path,
    expected: `a key out of ${describeKeys(tensors)}`,
    received: key ?? "no key",
    help: names.length === 0 ? noKeys : `write ${path}:${names[0]}`,
  });
}

/** The one array of a .npy file has no name. */
function namedTensors(bytes: Uint8Array, path: string): Readonly<Record<string, Tensor>> {
  if (isNpy(bytes)) return {};
  return isZip(bytes) ? decodeNpz(bytes, path) : decodeSafetensors(bytes, path).tensors;
}

const describeKeys = (tensors: Readonly<Record<string, Tensor>>): string =>
  Object.entries(tensors)
    .map(([name, { shape }]) => `${name} ${formatShape(shape)}`)
    .join(", ") || "no tensors at all";

/** File and key of a reference; a file that is not there is split at its last colon, for the message. */
export async function splitReference(
  text: string,
): Promise<{ readonly path: string; readonly key: string | undefined }> {
  const colons = [...text].flatMap((letter, i) =>
    letter === ":" && i > 0 && i < text.length - 1 ? [i] : [],
  );
  if (await isFile(text)) return { path: text, key: undefined };
  for (const at of colons.reverse())
    if (await isFile(text.slice(0, at))) return { path: text.slice(0, at), key: text.slice(at + 1) };
  const [last] = colons;
  return last === undefined
    ? { path: text, key: undefined }
    : { path: text.slice(0, last), key: text.slice(last + 1) };
}
