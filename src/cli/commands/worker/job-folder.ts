import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import {
  type Assignment,
  CHECKPOINT_FILE,
  fileTexts,
  isContent,
  type JobPayload,
  type JobRun,
  type JobSpec,
  type WholeFile,
  withFiles,
} from "../../../experiments/internal.js";
import { writeWhole } from "../../files/files.js";
import { jobKinds } from "../sweep/kinds.js";
import { INPUTS, OUT } from "./runner-messages.js";

/** What a run goes on from, in its folder; everything else there is its result. */
const isKept = (path: string): boolean => {
  const parts = path.split("/");
  return parts.at(-1) === CHECKPOINT_FILE || parts.includes("stages") || parts.includes("ledger");
};

/** Where the file of a content is, below the folder of a job. The same below that of a sweep's results. */
export const inputPath = (hash: string, name: string): string => `${INPUTS}/${hash.slice(0, 12)}/${name}`;

/** Lays out a folder for a job. @returns its options, with files by where they are. */
export async function writeAssignment(
  folder: string,
  { payload, files, kept }: Pick<Assignment, "payload" | "files" | "kept">,
): Promise<JobSpec> {
  for (const [hash, content] of files) {
    const name = payload.files[hash];
    if (name !== undefined) await writeWhole(join(folder, inputPath(hash, name)), content);
  }
  for (const { path, content } of kept) await writeWhole(join(folder, OUT, path), content);
  return laidOut(payload);
}

/** The options of a job with files by where they are in its folder. */
export function laidOut({ kind: name, spec, files }: JobPayload): JobSpec {
  const kind = jobKinds[name];
  if (kind === undefined) return spec;
  const places = fileTexts(kind, spec).flatMap(({ text }): [string, string][] => {
    const content = isContent(text);
    const called = content && files[content.hash];
    if (content === undefined || called === undefined) return [];
    const path = inputPath(content.hash, called);
    return [[text, content.key === undefined ? path : `${path}:${content.key}`]];
  });
  return withFiles(kind, spec, new Map(places));
}

/** What a run wrote, without what it would go on from. */
export async function readResult(folder: string): Promise<WholeFile[]> {
  const paths = (await pathsBelow(join(folder, OUT))).filter((path) => !isKept(path));
  return readAll(folder, paths);
}

/** Files to go on from, whenever there are others than at the last call. */
export async function keptFiles(folder: string): Promise<JobRun["kept"]> {
  let before = await stateOf(folder);
  return async () => {
    // Files are whole, each for itself; that they belong together is sure when none has changed meanwhile.
    for (let attempt = 0; attempt < 3; attempt++) {
      const state = await stateOf(folder);
      if (state.text === before.text || state.paths.length === 0) return undefined;
      const files = await readAll(folder, state.paths).catch(() => undefined);
      if (files === undefined || (await stateOf(folder)).text !== state.text) continue;
      before = state;
      return files;
    }
    return undefined;
  };
}

async function stateOf(
  folder: string,
): Promise<{ readonly paths: readonly string[]; readonly text: string }> {
  const paths = (await pathsBelow(join(folder, OUT))).filter(isKept);
  const facts: string[] = [];
  for (const path of paths) {
    const found = await stat(join(folder, OUT, path), { bigint: true }).catch(() => undefined);
    facts.push(`${path} ${found?.mtimeNs} ${found?.size} ${found?.ino}`);
  }
  return { paths, text: facts.join("\n") };
}

async function readAll(folder: string, paths: readonly string[]): Promise<WholeFile[]> {
  const files: WholeFile[] = [];
  for (const path of paths) files.push({ path, content: await readFile(join(folder, OUT, path)) });
  return files;
}

/** Files below a folder, with forward slashes, sorted; nothing where there is no folder. Half-written ones are none. */
async function pathsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !/^\.(?:.*\.tmp|lock)$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}
