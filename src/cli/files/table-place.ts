import { missing } from "../options/method.js";
import { unusable } from "../options/usage-error.js";
import type { Output } from "../terminal/output.js";
import { requireWritableFile, writeWhole } from "./files.js";
import { STANDARD } from "./standard-input.js";
import { encodeTable, requireTableFile, type TableContent, type TableShape } from "./table-file.js";
import type { TableFormat } from "./table-formats.js";

/** Options that say where a command writes its table. */
interface PlaceOptions {
  /** A file, or `-`: standard output. */
  readonly out?: string | undefined;
  /** Default: as the name of the file ends. */
  readonly format?: TableFormat | undefined;
}

/** Where a table is written to. */
export interface TablePlace {
  readonly path: string;
  write(content: TableContent): Promise<void>;
}

/**
 * The place for a table; undefined where none is wanted. Makes sure, before any work, that it can be written there.
 * @param asJson whether standard output is for JSON. Default false.
 * @throws a usage error for contradictions; as `requireTableFile` and `requireWritableFile`.
 */
export async function tablePlace(
  { out: path, format }: PlaceOptions,
  shape: TableShape,
  { output, asJson = false }: { readonly output: Output; readonly asJson?: boolean | undefined },
): Promise<TablePlace | undefined> {
  if (path === undefined && format !== undefined)
    throw missing("--out", "where to write in that --format: a file, or - for standard output");
  if (path === undefined) return undefined;
  if (path === STANDARD && asJson)
    throw unusable("--out, --json", "one of the two: - is standard output, where JSON goes too", "both");
  requireTableFile(path, shape, format);
  if (path !== STANDARD) await requireWritableFile(path);
  return {
    path,
    write: async (content) => {
      const encoded = encodeTable(path, content, format);
      if (path === STANDARD) output.data(encoded);
      else await writeWhole(path, encoded);
    },
  };
}
