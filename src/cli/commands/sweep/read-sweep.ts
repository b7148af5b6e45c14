import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Store } from "../../../experiments/index.js";
import {
  checkedSweep,
  getContent,
  isContent,
  type PlannedSweep,
  planSweep,
  putContent,
  type SubmittedFile,
  type Sweep,
} from "../../../experiments/internal.js";
import { meantAdvice } from "../../../spec/internal.js";
import { fail, isHypersolversError } from "../../../tensor/index.js";
import { readBytes } from "../../files/files.js";
import { readModel } from "../../files/shipped.js";
import { splitReference } from "../../files/tensor-file.js";
import { readValue } from "../../options/config-file.js";
import { forOption } from "../../options/for-option.js";
import { unusable } from "../../options/usage-error.js";
import { jobKinds } from "./kinds.js";
import { sweepActions } from "./table.js";

/** @throws FILE_NOT_READABLE, which names the action where one was probably meant. */
async function contentOf(path: string): Promise<unknown> {
  try {
    return await readValue(path);
  } catch (error) {
    const help = meantAdvice(path, sweepActions);
    if (help === undefined || !isHypersolversError(error, "FILE_NOT_READABLE")) throw error;
    const expected = `a file, or one of ${sweepActions.join(", ")}`;
    throw fail(error.code, { ...error.facts, expected, help });
  }
}

/**
 * The sweep in a file, with patterns of fields replaced by the files they stand for.
 * @throws a usage error that names file and member; FILE_NOT_READABLE.
 */
export async function readSweep(path: string): Promise<Sweep> {
  const value = await contentOf(path);
  const sweep = forOption(undefined, () => checkedSweep(jobKinds, value, path));
  if (sweep.fields === undefined) return sweep;
  const fields: string[] = [];
  for (const text of sweep.fields) fields.push(...(await filesOf(text, path)));
  return { ...sweep, fields: [...new Set(fields)] };
}

/** A sweep as jobs, its files in the store of the queue. */
export const planned = (sweep: Sweep, store: Store): Promise<PlannedSweep> =>
  planSweep(jobKinds, sweep, (text) => submitted(text, store));

async function submitted(text: string, store: Store): Promise<SubmittedFile> {
  const content = isContent(text);
  if (content !== undefined) {
    await getContent(store, content.hash);
    return { ...content, name: content.hash.slice(0, 12) };
  }
  const { path, key } = await splitReference(text);
  return { hash: await putContent(store, await readWhole(path)), name: basename(path), key };
}

/** A model takes weights that lie beside it along. */
const readWhole = (path: string): Promise<Uint8Array> =>
  /\.onnx$/i.test(path) ? readModel(path) : readBytes(path);

/** Files of a pattern, in order. A name without `*` and `?` is that of a file. */
async function filesOf(pattern: string, from: string): Promise<string[]> {
  if (!/[*?]/.test(pattern)) return [pattern];
  const [first = "", ...rest] = pattern.split("/");
  const found = await matches(first === "" ? "/" : ".", first === "" ? rest : [first, ...rest]);
  if (found.length === 0)
    throw unusable(`${from}: fields`, "a pattern that some files fit", JSON.stringify(pattern));
  return found.sort();
}

/** Files below a folder by the parts of a pattern: `*` and `?` within names, `**` for any folders. */
async function matches(folder: string, [part = "", ...rest]: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inside = (name: string): string => (folder === "." ? name : join(folder, name));
  if (part === "**") {
    const deeper = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
    const below = deeper.map(({ name }) => matches(inside(name), ["**", ...rest]));
    return [...(await matches(folder, rest)), ...(await Promise.all(below)).flat()];
  }
  const isLast = rest.length === 0;
  const fitting = entries.filter(
    (entry) => fits(part, entry.name) && (isLast ? !entry.isDirectory() : !entry.isFile()),
  );
  if (isLast) return fitting.map(({ name }) => inside(name));
  const below = fitting.map(({ name }) => matches(inside(name), rest));
  // `..` is no entry.
  const up = part === ".." || part === "." ? [matches(inside(part), rest)] : [];
  return (await Promise.all([...below, ...up])).flat();
}

function fits(part: string, name: string): boolean {
  if (name.startsWith(".") && !part.startsWith(".")) return false;
  const words = part.split(/([*?])/).map((word) => {
    if (word === "*") return ".*";
    return word === "?" ? "." : word.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  });
  return new RegExp(`^${words.join("")}$`, "u").test(name);
}
