import { fail } from "../../tensor/index.js";
import { sha256 } from "../../tensor/internal.js";
import { libraryName } from "../../version.js";
import { canonicalJson } from "./canonical.js";
import { type Cell, cellsOf } from "./cells.js";
import { contentText, isContent } from "./content.js";
import {
  fileName,
  fileTexts,
  type Job,
  type JobKind,
  type JobKinds,
  type JobPayload,
  jobOf,
  withFiles,
} from "./job.js";
import { checkedSweep, type Sweep } from "./sweep-table.js";

/** A sweep with all files by content: what a queue notes, and whoever has it can make the jobs again. */
export interface NotedSweep {
  readonly sweep: Sweep;
  readonly library: string;
  readonly files: JobPayload["files"];
}

/** A job of a sweep, and where in it it stands: values of what varies, files by name. */
export interface PlannedJob extends Job, Pick<Cell, "at"> {}

/** A sweep as jobs. */
export interface PlannedSweep {
  /** Sweeps of the same jobs have the same. */
  readonly id: string;
  readonly noted: NotedSweep;
  readonly kind: JobKind;
  readonly jobs: readonly PlannedJob[];
}

/** A file that a sweep names. */
export interface SubmittedFile {
  readonly hash: string;
  readonly name: string;
  /** Of a tensor in it. */
  readonly key: string | undefined;
}

/**
 * Makes the jobs of a sweep.
 * @param submit reads the file of an option and puts it where workers find it.
 * @throws INVALID_ARGUMENT that names the option of the job that is wrong; as `submit`.
 */
export async function planSweep(
  kinds: JobKinds,
  sweep: Sweep,
  submit: (text: string) => Promise<SubmittedFile>,
): Promise<PlannedSweep> {
  const kind = kindOf(kinds, sweep.kind);
  if (sweep.fields !== undefined && kind.files.field === undefined)
    throw fail("INVALID_ARGUMENT", {
      what: "sweep: fields",
      expected: `none: ${kind.name} is given no field`,
      received: sweep.fields.join(", "),
      help: `name what it works on in spec or grid, such as ${kind.name === "train" ? "data" : "experiment"}`,
    });
  const found = new Map<string, SubmittedFile>();
  for (const text of filesIn(kind, sweep)) if (!found.has(text)) found.set(text, await submit(text));
  const renamed = new Map([...found].map(([text, file]) => [text, contentText(file)]));
  const files = Object.fromEntries([...found.values()].map(({ hash, name }) => [hash, fileName(name)]));
  return planned(kind, { sweep: renamedSweep(kind, sweep, renamed), library: libraryName, files });
}

/**
 * The jobs of a sweep that a queue has noted.
 * @throws INVALID_ARGUMENT where it is of another version, or none.
 */
export function plannedOf(kinds: JobKinds, body: unknown): PlannedSweep {
  const { sweep, library, files = {} } = (body ?? {}) as Partial<NotedSweep>;
  if (library !== libraryName)
    throw fail("INVALID_ARGUMENT", {
      what: "sweep",
      expected: `one of ${libraryName}`,
      received: String(library),
      help: "use the version that submitted it",
    });
  const checked = checkedSweep(kinds, sweep, "sweep of the queue");
  return planned(kindOf(kinds, checked.kind), { sweep: checked, library, files });
}

function planned(kind: JobKind, noted: NotedSweep): PlannedSweep {
  const { sweep, library, files } = noted;
  const jobs = cellsOf(sweep).map(({ at, spec }) => {
    const hashes = fileTexts(kind, spec).flatMap(({ text }) => isContent(text)?.hash ?? []);
    const named = Object.fromEntries(hashes.map((hash) => [hash, files[hash] ?? ""]));
    return { ...jobOf(kind, spec, named), at: shown(at, files) };
  });
  const { name: _, ...deciding } = sweep;
  const id = sha256(canonicalJson({ ...deciding, library })).slice(0, 12);
  return { id, noted, kind, jobs };
}

const kindOf = (kinds: JobKinds, name: string): JobKind => {
  const kind = kinds[name];
  if (kind === undefined) throw fail("INVALID_ARGUMENT", { what: "sweep: kind", received: name });
  return kind;
};

/** Every text of a sweep that names a file. */
function filesIn(kind: JobKind, { fields = [], spec, grid, list }: Sweep): string[] {
  const inside = (option: string, value: unknown): string[] => {
    const isFile = kind.files[option.split(".")[0] ?? ""];
    if (isFile === undefined) return [];
    const texts = value instanceof Object ? Object.values(value) : [value];
    return texts.filter((text): text is string => typeof text === "string" && isFile(text));
  };
  const options = [spec, ...list].flatMap((record) => Object.entries(record));
  const values = Object.entries(grid).flatMap(([option, of]) =>
    of.map((value): [string, unknown] => [option, value]),
  );
  return [...fields, ...[...options, ...values].flatMap(([option, value]) => inside(option, value))];
}

function renamedSweep(kind: JobKind, sweep: Sweep, renamed: ReadonlyMap<string, string>): Sweep {
  const { fields, spec, grid, list } = sweep;
  const inRecord = (record: Sweep["spec"]): Sweep["spec"] => withFiles(kind, record, renamed);
  const values = Object.entries(grid).map(([path, of]): [string, readonly unknown[]] => {
    const option = path.split(".")[0] ?? path;
    return [path, of.map((value) => inRecord({ [option]: value })[option])];
  });
  return {
    ...sweep,
    fields: fields?.map((text) => renamed.get(text) ?? text),
    spec: inRecord(spec),
    grid: Object.fromEntries(values),
    list: list.map(inRecord),
  };
}

/** Files by name, and by the beginning of their hash where names are the same. */
function shown(at: Cell["at"], files: JobPayload["files"]): Cell["at"] {
  const names = Object.values(files);
  const entries = Object.entries(at).map(([option, value]): [string, unknown] => {
    const content = typeof value === "string" ? isContent(value) : undefined;
    const name = content && files[content.hash];
    if (content === undefined || name === undefined) return [option, value];
    const isAlone = names.filter((other) => other === name).length === 1;
    const key = content.key === undefined ? "" : `:${content.key}`;
    return [option, `${isAlone ? name : `${name} ${content.hash.slice(0, 6)}`}${key}`];
  });
  return Object.fromEntries(entries);
}
