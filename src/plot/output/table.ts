import { fail } from "../../tensor/index.js";
import { formatNumber } from "../parts/format.js";

/** A column of a table. */
export interface TableColumn {
  readonly label: string;
  /** Default: `"right"` if all cells are numbers or empty, otherwise `"left"`. */
  readonly align?: "left" | "right";
}

/** Numbers are printed by `formatNumber`; `undefined` leaves the cell empty. */
export type TableCell = string | number | undefined;

/** A table of a report or a terminal. */
export interface Table {
  /** Columns, or only their labels. */
  readonly columns: readonly (TableColumn | string)[];
  /** Rows of as many cells as there are columns. */
  readonly rows: readonly (readonly TableCell[])[];
  /** Indices of the rows to point out. Default none. */
  readonly emphasized?: readonly number[];
}

/** A table reduced to texts, with the alignment of each column decided. */
export interface PreparedTable {
  readonly labels: readonly string[];
  readonly align: readonly ("left" | "right")[];
  readonly rows: readonly { readonly cells: readonly string[]; readonly emphasized: boolean }[];
}

/** @throws INVALID_ARGUMENT if a row has another number of cells than there are columns. */
export function prepareTable(table: Table): PreparedTable {
  const columns = table.columns.map((column) => (typeof column === "string" ? { label: column } : column));
  for (const [i, row] of table.rows.entries()) {
    if (row.length === columns.length) continue;
    throw fail("INVALID_ARGUMENT", {
      what: `table row ${i}`,
      expected: `${columns.length} cells`,
      received: `${row.length}`,
    });
  }
  const align = columns.map((column: TableColumn, j) => {
    const numeric = table.rows.every((row) => typeof row[j] === "number" || row[j] === undefined);
    return column.align ?? (numeric ? "right" : "left");
  });
  const emphasized = new Set(table.emphasized);
  return {
    labels: columns.map(({ label }) => label),
    align,
    rows: table.rows.map((row, i) => ({ cells: row.map(cellText), emphasized: emphasized.has(i) })),
  };
}

/**
 * A table as lines of text for a terminal or a log: columns two spaces apart, numbers on the right,
 * a rule under the head, and a `›` before each emphasized row.
 *
 * @param columns columns, or only their labels.
 * @param rows rows of as many cells as there are columns.
 * @param options.emphasized indices of rows to mark. Default none.
 * @returns lines joined by newlines, without a final newline and without trailing spaces.
 * @throws INVALID_ARGUMENT if a row has another number of cells than there are columns.
 */
export function textTable(
  columns: Table["columns"],
  rows: Table["rows"],
  options: Pick<Table, "emphasized"> = {},
): string {
  const table = prepareTable({ columns, rows, ...options });
  const widths = table.labels.map((label, j) =>
    Math.max(displayWidth(label), ...table.rows.map((row) => displayWidth(row.cells[j] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    cells.map((cell, j) => padded(cell, widths[j] ?? 0, table.align[j] ?? "left")).join("  ");
  const marked = table.rows.some((row) => row.emphasized);
  const margin = (text: string, emphasized: boolean): string =>
    (marked ? `${emphasized ? "›" : " "} ${text}` : text).trimEnd();
  return [
    margin(line(table.labels), false),
    margin(widths.map((width) => "─".repeat(width)).join("  "), false),
    ...table.rows.map((row) => margin(line(row.cells), row.emphasized)),
  ].join("\n");
}

function cellText(cell: TableCell): string {
  return typeof cell === "number" ? formatNumber(cell) : (cell ?? "");
}

function padded(text: string, width: number, align: "left" | "right"): string {
  const space = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "right" ? space + text : text + space;
}

/** Columns a text takes in a terminal: code points, without combining marks. */
function displayWidth(text: string): number {
  return [...text.replace(/\p{Mark}/gu, "")].length;
}
