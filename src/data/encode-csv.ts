import { fail, type Tensor, toFloat64 } from "../tensor/index.js";
import { isDecimal, isMissing, shortestFloat32 } from "./number-text.js";
import { extentOf, requireFiniteRows } from "./points.js";
import { defaultColumns } from "./table.js";

/**
 * Writes points as comma separated text with a header, LF after every row. Numbers have the fewest digits that read
 * back the same in the element type of the points.
 * @param points [n, d].
 * @param columns one name a column. Default x0, x1, …
 * @throws SHAPE_MISMATCH unless of rank 2 with a name a column; NON_FINITE naming the first row that is not finite;
 *   INVALID_ARGUMENT for a name that is empty or would be read as a number.
 */
export function encodeCsv(points: Tensor, columns?: readonly string[]): string {
  const extent = extentOf(points, "CSV");
  requireFiniteRows(points, extent, "CSV");
  const names = columns ?? defaultColumns(extent.columns);
  requireNames(names, extent.columns);
  const text = points.dtype === "float32" ? shortestFloat32 : String;
  const values = toFloat64(points);
  const lines = [names.map(quoted).join(",")];
  for (let start = 0; start < values.length; start += extent.columns)
    lines.push(Array.from(values.subarray(start, start + extent.columns), text).join(","));
  return `${lines.join("\n")}\n`;
}

/** A name in quotes where it has any sign that could be taken for a delimiter, a quote or the end of the row. */
function quoted(name: string): string {
  return /[",;\t\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

function requireNames(names: readonly string[], columns: number): void {
  if (names.length !== columns) {
    throw fail("SHAPE_MISMATCH", {
      what: "CSV: columns",
      expected: `${columns} names`,
      received: `${names.length}: ${names.join(", ")}`,
    });
  }
  const unusable = names.find(
    (name) => name.trim() === "" || isDecimal(name.trim()) || isMissing(name.trim()),
  );
  if (unusable === undefined) return;
  throw fail("INVALID_ARGUMENT", {
    what: "CSV: columns",
    expected: "names that cannot be taken for numbers",
    received: JSON.stringify(unusable),
  });
}
