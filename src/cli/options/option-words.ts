import type { Table } from "../../spec/index.js";
import { flagOf, type Row, textOfValue } from "../../spec/internal.js";

/** What a spec says of a table's options, as words of a command line: `["--span", "0,1", "--input", "w=3"]`. */
export function optionWords(table: Table, spec: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(table).flatMap(([name, row]) => {
    const flag = flagOf(name, row);
    const value = spec[name];
    if (flag === undefined || value === undefined || value === row.default) return [];
    return valuesOf(row, value).flatMap((each) => [flag, textOfValue(row, each)]);
  });
}

/** A map of any names is one option a name. */
const valuesOf = (row: Row, value: unknown): readonly unknown[] =>
  row.type === "map" && row.keys === undefined && typeof value === "object" && value !== null
    ? Object.entries(value).map(([name, own]) => ({ [name]: own }))
    : [value];
