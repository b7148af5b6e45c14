import { encodeCsv, encodeNpy, encodeNpz } from "../../data/index.js";
import { shortestFloat32 } from "../../data/internal.js";
import { encodeSafetensors, fail, formatShape, fromNumbers, type Tensor } from "../../tensor/index.js";
import { libraryName } from "../../version.js";
import { STANDARD } from "./standard-input.js";
import { type TableFormat, tableFormats } from "./table-formats.js";

/** What a command writes: rows, and numbers beside each. */
export interface TableContent {
  /** `z` or `x`, and the rows: [n, …]. */
  readonly rows: readonly [key: string, value: Tensor];
  /** More tensors by key: what is known of every row, [n], or of the whole. Default none. */
  readonly beside?: Readonly<Record<string, Tensor>> | undefined;
  /** Names of the columns of rows [n, d]. Default: the key with a number, z0, z1, … */
  readonly columns?: readonly string[] | undefined;
  /** What safetensors say besides. Default nothing. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** What is known of a table before it is made. */
export interface TableShape {
  readonly key: string;
  /** Axes of the rows, the batch included. */
  readonly rank: number;
  /** Keys of what stands beside. */
  readonly beside: readonly string[];
}

/** What the name of a file asks for: files of other endings are safetensors, standard output has CSV. */
export function formatOf(path: string): TableFormat {
  if (path === STANDARD) return "csv";
  return tableFormats.find((format) => path.toLowerCase().endsWith(`.${format}`)) ?? "safetensors";
}

export const isCsv = (reference: string): boolean => /\.csv$/i.test(reference);

/**
 * Makes sure, before any work, that a file of this name can hold a table.
 * @throws INVALID_ARGUMENT: CSV for rows that are no vectors, .npy for more than one array.
 */
export function requireTableFile(
  path: string,
  { key, rank, beside }: TableShape,
  format: TableFormat = formatOf(path),
): void {
  const isNamed = format === formatOf(path) && path !== STANDARD;
  const refuse = (expected: string, received: string): Error =>
    fail("INVALID_ARGUMENT", {
      what: path,
      expected,
      received,
      help: `${isNamed ? "end it in .safetensors or .npz" : "say --format safetensors or npz"}, which hold arrays of any shape by name`,
    });
  if (format === "csv" && rank !== 2) throw refuse("one vector a row in CSV", `${key} of ${rank} axes`);
  if (format === "npy" && beside.length > 0)
    throw refuse("one array in a .npy file", [key, ...beside].join(", "));
}

/** A table as the file that its name asks for: safetensors, .npz, .npy (the rows alone), or CSV with a header. */
export function encodeTable(
  path: string,
  content: TableContent,
  format: TableFormat = formatOf(path),
): Uint8Array | string {
  const [key, value] = content.rows;
  const { beside = {}, columns, facts = {} } = content;
  requireTableFile(path, { key, rank: value.shape.length, beside: Object.keys(beside) }, format);
  const tensors = { [key]: value, ...beside };
  const named = columns === undefined ? {} : { columns: columns.join(",") };
  switch (format) {
    case "npy":
      return encodeNpy(value);
    case "npz":
      return encodeNpz(tensors);
    case "csv":
      return csvOf(value, columns ?? numbered(key, value), beside);
    case "safetensors":
      return encodeSafetensors(tensors, { ...facts, ...named, library: libraryName });
  }
}

const numbered = (key: string, { shape }: Tensor): string[] =>
  Array.from({ length: shape[1] ?? 0 }, (_, i) => `${key}${i}`);

/** What stands beside has the digits of float32: it was computed in it. */
function csvOf(rows: Tensor, columns: readonly string[], beside: Readonly<Record<string, Tensor>>): string {
  const extra = Object.entries(beside);
  if (extra.length === 0) return encodeCsv(rows, columns);
  const [count = 0, width = 0] = rows.shape;
  const whole = width + extra.length;
  const values = new Float64Array(count * whole);
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < width; column++)
      values[row * whole + column] = Number(rows.data[row * width + column]);
    for (const [i, [name, { shape, data }]] of extra.entries()) {
      if (shape.length !== 1 || shape[0] !== count) throw notAColumn(name, shape, count);
      values[row * whole + width + i] = Number(shortestFloat32(Math.fround(Number(data[row]))));
    }
  }
  return encodeCsv(fromNumbers(values, [count, whole], rows.dtype), [...columns, ...Object.keys(beside)]);
}

const notAColumn = (name: string, shape: readonly number[], count: number): Error =>
  fail("SHAPE_MISMATCH", { what: name, expected: `${count} numbers`, received: formatShape(shape) });
