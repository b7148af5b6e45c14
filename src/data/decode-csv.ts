import { dsvFormat } from "d3-dsv";
import { fail, tensor } from "../tensor/index.js";
import { isDecimal, isMissing } from "./number-text.js";
import { defaultColumns, type Table } from "./table.js";

/** One row as text, and where it begins in the file, from 1. */
interface Line {
  readonly number: number;
  readonly cells: readonly string[];
}

/**
 * Reads points from comma, semicolon or tab separated text: one point a row, in numbers with a decimal point. The
 * first row is a header when none of its cells stands for a number; columns without header are x0, x1, … A byte order
 * mark, CRLF, quotes, blank lines and spaces around cells are fine.
 * @param what name for messages, usually the file path.
 * @throws MALFORMED_FILE naming line and column, from 1, for cells that are no finite number within float32's range,
 *   rows of another length than the first, unnamed columns in a header, and files without points.
 */
export function decodeCsv(text: string, what: string): Table {
  const lines = linesOf(text.replace(/^\uFEFF/, ""));
  const [first] = lines;
  const header = first !== undefined && isHeader(first) ? first : undefined;
  const body = header === undefined ? lines : lines.slice(1);
  if (first === undefined || body.length === 0) {
    throw fail("MALFORMED_FILE", {
      what,
      expected: "at least one row of numbers",
      received:
        header === undefined ? "an empty file" : `a header alone: ${excerpt(header.cells.join(", "))}`,
    });
  }
  const width = first.cells.length;
  if (header !== undefined) requireNames(header, what);
  const points = new Float64Array(body.length * width);
  for (const [i, line] of body.entries()) points.set(numbersOf(line, width, what), i * width);
  return {
    columns: header === undefined ? defaultColumns(width) : [...header.cells],
    points: tensor("float64", [body.length, width], points),
  };
}

/** The rows that are not blank. A quoted cell may run over several lines. */
function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let number = 1;
  for (const row of dsvFormat(delimiterOf(text)).parseRows(text)) {
    const cells = row.map((cell) => cell.trim());
    if (cells.length > 1 || cells[0] !== "") lines.push({ number, cells });
    number += 1 + row.reduce((breaks, cell) => breaks + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
  }
  return lines;
}

/** The first of tab, semicolon and comma that the first line with text has outside quotes. */
function delimiterOf(text: string): string {
  const [first = ""] = /^.*\S.*$/m.exec(text.replace(/"[^"]*"/g, '""')) ?? [];
  return ["\t", ";"].find((delimiter) => first.includes(delimiter)) ?? ",";
}

/** A mixture of names and numbers is taken for data, so that a slip in the first row is found. */
function isHeader({ cells }: Line): boolean {
  return cells.some((cell) => cell !== "") && !cells.some((cell) => isDecimal(cell) || isMissing(cell));
}

function requireNames({ cells, number }: Line, what: string): void {
  const unnamed = cells.indexOf("");
  if (unnamed < 0) return;
  throw fail("MALFORMED_FILE", {
    what: `${what}, line ${number}, column ${unnamed + 1}`,
    expected: "a name for every column of the header",
    received: "an empty cell",
    help: "name the column, or remove it if it only counts the rows",
  });
}

function numbersOf({ cells, number }: Line, width: number, what: string): number[] {
  if (cells.length !== width) {
    throw fail("MALFORMED_FILE", {
      what: `${what}, line ${number}`,
      expected: `${width} cells, as in the first row`,
      received: `${cells.length}: ${excerpt(cells.join(" | "))}`,
    });
  }
  return cells.map((cell, i) => numberOf(cell, `${what}, line ${number}, column ${i + 1}`));
}

function numberOf(cell: string, what: string): number {
  const value = isDecimal(cell) ? Number(cell) : Number.NaN;
  if (Number.isFinite(Math.fround(value))) return value;
  throw fail("MALFORMED_FILE", {
    what,
    expected: "a finite number, such as -1.5e-3, within float32",
    received: cell === "" ? "an empty cell" : JSON.stringify(excerpt(cell)),
    help: /^[+-]?\d+,\d+$/.test(cell)
      ? "write a point where the decimal comma is"
      : "repair the cell or remove its row; a header has names only",
  });
}

const excerpt = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
