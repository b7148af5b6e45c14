import { decodeCsv, isNpy, isZip } from "../../data/index.js";
import { defaultColumns } from "../../data/internal.js";
import {
  cast,
  fail,
  formatShape,
  fromNumbers,
  isFloat,
  isHypersolversError,
  type Tensor,
} from "../../tensor/index.js";
import { firstNonFinite } from "../../tensor/internal.js";
import { readBytes } from "./files.js";
import { STANDARD } from "./standard-input.js";
import { isCsv } from "./table-file.js";
import { type FoundTensor, readTensor } from "./tensor-file.js";

/** Points with the names of their columns and where they came from. */
export interface Points {
  /** Float [n, d], n and d at least 1, all finite in float32: float64 unless they were stored as float32. */
  readonly value: Tensor;
  readonly columns: readonly string[];
  /** `points.csv`, or `x of points.safetensors`. */
  readonly description: string;
}

/** What `density` and `sample` call the numbers that they write behind points. */
export const LOG_DENSITY = "log_density";

/** Keys that mean points when a file has several and none is named. */
const pointKeys = ["x", "points", "data", "z"];

/**
 * Reads points by `FILE.csv`, `FILE.npy`, or `FILE.npz[:key]` and `FILE.safetensors[:key]`.
 * @throws FILE_NOT_READABLE; MALFORMED_FILE naming line and column of a CSV; SHAPE_MISMATCH; INVALID_ARGUMENT when
 *   empty; NON_FINITE naming the row.
 */
export async function readPoints(reference: string): Promise<Points> {
  if (await isTable(reference)) {
    const { points, columns } = await readCsv(reference);
    return { value: points, columns, description: reference };
  }
  const { value, description } = await readStored(reference);
  const checked = checkedPoints(value, description);
  return { value: checked, columns: defaultColumns(checked.shape[1] ?? 0), description };
}

/** Whether a reference is a table in text: by its ending, standard input by its content. */
export async function isTable(reference: string): Promise<boolean> {
  return reference === STANDARD ? isText(await readBytes(reference)) : isCsv(reference);
}

/** Whether bytes are none of the formats that hold arrays: safetensors begin with the length of a header that is JSON. */
export const isText = (bytes: Uint8Array): boolean =>
  !isNpy(bytes) && !isZip(bytes) && !(bytes[7] === 0 && bytes[8] === "{".charCodeAt(0));

/** Other formats come here too: the error lists what can be read. */
async function readStored(reference: string): Promise<FoundTensor> {
  try {
    return await readTensor(reference, pointKeys);
  } catch (error) {
    if (!isHypersolversError(error, "MALFORMED_FILE")) throw error;
    const help =
      "points come as CSV, in a file that ends in .csv, as NumPy's .npy and .npz, or as safetensors";
    throw fail("MALFORMED_FILE", { help, ...error.facts });
  }
}

/** @throws FILE_NOT_READABLE; MALFORMED_FILE. */
export async function readCsv(path: string): Promise<ReturnType<typeof decodeCsv>> {
  const name = path === STANDARD ? "standard input" : path;
  return decodeCsv(utf8(await readBytes(path), name), name);
}

function utf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw fail("MALFORMED_FILE", {
      what,
      expected: "text in UTF-8",
      received: "other bytes",
      help: "save the table as CSV in UTF-8",
      cause,
    });
  }
}

function checkedPoints(value: Tensor, what: string): Tensor {
  const { shape, dtype } = value;
  const [count = 0, width = 0] = shape;
  if (shape.length !== 2 || width === 0 || dtype === "bool") {
    throw fail("SHAPE_MISMATCH", {
      what,
      expected: "points [n, d] in numbers",
      received: `${dtype}${formatShape(shape)}`,
      help: "give one point a row, one coordinate a column",
    });
  }
  if (count === 0)
    throw fail("INVALID_ARGUMENT", { what, expected: "at least one point", received: formatShape(shape) });
  const bad = firstNonFinite(cast(value, "float32"));
  if (bad < 0) return isFloat(dtype) ? value : cast(value, "float64");
  throw fail("NON_FINITE", {
    what: `${what}, row ${Math.floor(bad / width)}, column ${bad % width}, counted from 0`,
    expected: "finite numbers within float32",
    received: String(value.data[bad]),
    help: "remove or repair these rows",
  });
}

/** The points of a table that `density` or `sample` wrote, without the log-densities in its last column. */
export function withoutLogDensity(points: Points): Points {
  const { value, columns } = points;
  const [count = 0, width = 0] = value.shape;
  if (width < 2 || columns.at(-1) !== LOG_DENSITY) return points;
  const kept = Array.from(value.data, Number).filter((_, i) => i % width !== width - 1);
  return {
    ...points,
    value: fromNumbers(kept, [count, width - 1], value.dtype),
    columns: columns.slice(0, -1),
  };
}
