import { defaultTexts, flagOf, sentenceOf } from "./describe.js";
import type { Kind, Row, Table } from "./kind.js";

/** The table of jobs of several kinds: what any of them takes, nothing required. Values are of any of the kinds. */
export type United<Tables extends Readonly<Record<string, Table>>> = {
  readonly [Name in NamesIn<Tables[keyof Tables]>]: AnyOf<RowIn<Tables[keyof Tables], Name>>;
};

type NamesIn<T> = T extends unknown ? Extract<keyof T, string> : never;
type RowIn<T, Name extends string> = T extends { readonly [K in Name]: infer R extends Row } ? R : never;
interface AnyOf<R extends Row> {
  readonly type: "either";
  readonly of: readonly R[];
  readonly help: string;
}

/**
 * One table for jobs of several kinds, each of which has its own: whoever does a job completes its spec by the table of its
 * kind. Rows of one name become one; where they differ, what is said of the first kind comes first, of the others by name.
 */
export function unitedTable<Tables extends Readonly<Record<string, Table>>>(tables: Tables): United<Tables> {
  const names = [...new Set(Object.values(tables).flatMap(Object.keys))];
  const entries = names.map((name) => {
    const rows = Object.entries(tables).flatMap(([kind, table]): [string, Row][] => {
      const row = table[name];
      return row === undefined ? [] : [[kind, row]];
    });
    return [name, unitedRow(name, rows)] as const;
  });
  // That a row takes the values of its rows and no others is known here alone.
  return Object.fromEntries(entries) as unknown as United<Tables>;
}

/** @param rows by kind of job, at least one. */
function unitedRow(name: string, rows: readonly (readonly [kind: string, row: Row])[]): Row {
  const [[, first] = ["", undefined], ...others] = rows;
  if (first === undefined) throw new RangeError(`no row of ${name}`);
  const { required: _, ...plain } = first;
  if (others.length === 0) return plain as Row;
  const { default: _default, defaultFor: _for, ...shared } = plain as Row;
  const merged: Row = {
    ...shared,
    ...unitedKind(rows.map(([, row]) => row)),
    flag: flagOf(name, first) ?? "none",
    help: unitedText(rows, sentenceOf) ?? first.help,
  };
  const otherwise = unitedText(rows, (row) => defaultTexts(row).join(", ") || undefined);
  return otherwise === undefined ? merged : { ...merged, otherwise };
}

/** The kind of all, where they are of one; else any of them. */
function unitedKind(rows: readonly Row[]): Kind {
  const kinds = rows.map(kindOf);
  const distinct = kinds.filter((kind, i) => kinds.findIndex((each) => isSame(each, kind)) === i);
  const [only] = distinct;
  return only !== undefined && distinct.length === 1 ? only : { type: "either", of: distinct };
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What a row says of its values. */
function kindOf({ help, default: _, defaultFor, otherwise, required, appliesTo, unit, ...row }: Row): Kind {
  const { placeholder, flag, flagHelp, aliases, group, ...kind } = row;
  return kind;
}

/** What all rows say, once; else what the first says, and the others by their kinds of job. */
function unitedText(
  rows: readonly (readonly [kind: string, row: Row])[],
  textOf: (row: Row) => string | undefined,
): string | undefined {
  const kinds = new Map<string, string[]>();
  for (const [kind, row] of rows) {
    const text = textOf(row);
    if (text !== undefined) kinds.set(text, [...(kinds.get(text) ?? []), kind]);
  }
  const [, first] = rows[0] ?? [];
  const own = first && textOf(first);
  const all = [...kinds].map(([text, of]) => (text === own ? text : `${of.join(", ")}: ${text}`));
  return all.length === 0 ? undefined : all.join("; ");
}
