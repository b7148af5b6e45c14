import { fail } from "../tensor/errors.js";
import { isRecord, nameOf, type Problem, problemOf, tableProblem } from "./check.js";
import type { Kind, Row, Subject, Table } from "./kind.js";
import type { Complete, Spec } from "./spec.js";
import { expectation, shown } from "./words.js";

/**
 * A value of unknown origin, such as a file's, as a spec: aliases become names, members that are undefined go.
 * @param from where it comes from, for errors: `run.json`.
 * @throws INVALID_ARGUMENT that names the option, with a suggestion where a name is unknown.
 */
export function checkSpec<T extends Table>(table: T, value: unknown, from?: string): Spec<T> {
  if (!isRecord(value))
    throw refused({ path: "spec", expected: "options by name", received: shown(value) }, from);
  const problem = tableProblem(table, value);
  if (problem !== undefined) throw refused(problem, from);
  return named(table, value) as Spec<T>;
}

/**
 * A spec with all defaults, those for a subject before those for everything.
 * @throws INVALID_ARGUMENT as `checkSpec`, and for an option that is required and missing.
 */
export function completeSpec<T extends Table>(
  table: T,
  spec: Spec<NoInfer<T>>,
  subject?: Subject,
): Complete<T> {
  return completed(table, named(table, checkSpec(table, spec)), "", subject) as Complete<T>;
}

/** The defaults of a table: for everything, or only what differs for a subject. */
export function defaultsOf<T extends Table>(table: T, subject?: Subject): Spec<T> {
  const entries = Object.entries<Row>(table).flatMap(([name, row]): [string, unknown][] => {
    const value = subject === undefined ? row.default : row.defaultFor?.[subject];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(entries) as Spec<T>;
}

/** The members of a larger spec that a table knows, in its order. */
export function pickSpec<T extends Table>(table: T, spec: object): Spec<T> {
  const given: Readonly<Record<string, unknown>> = { ...spec };
  const entries = Object.keys(table).map((name) => [name, given[name]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Spec<T>;
}

/**
 * A value of unknown origin, if it is of a kind: aliases within it become names.
 * @throws INVALID_ARGUMENT that names the option, when it is not.
 */
export function checkedValue(name: string, kind: Kind, value: unknown): unknown {
  const problem = problemOf(kind, value, name);
  if (problem !== undefined) throw refused(problem);
  return inside(kind, value, named);
}

function refused({ path, expected, received, help }: Problem, from?: string): Error {
  const what = from === undefined ? path : `${from}: ${path}`;
  return fail("INVALID_ARGUMENT", { what, expected, received, help });
}

/** Members that are there, each by the table's name for it. */
function named(table: Table, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(given).flatMap(([name, value]): [string, unknown][] => {
    const own = nameOf(table, name);
    const row = own === undefined ? undefined : table[own];
    return own === undefined || row === undefined || value === undefined
      ? []
      : [[own, inside(row, value, named)]];
  });
  return Object.fromEntries(entries);
}

function completed(
  table: Table,
  spec: Readonly<Record<string, unknown>>,
  path: string,
  subject: Subject | undefined,
): Record<string, unknown> {
  const entries = Object.entries(table).flatMap(([name, row]): [string, unknown][] => {
    const place = `${path}${name}`;
    const ownDefault = subject === undefined ? undefined : row.defaultFor?.[subject];
    const value = [spec[name], ownDefault, row.default].find((each) => each !== undefined);
    if (value === undefined && row.required === true)
      throw refused({ path: place, expected: expectation(row), received: "nothing" });
    const below = (of: Table, given: Readonly<Record<string, unknown>>): Record<string, unknown> =>
      completed(of, given, `${place}.`, subject);
    return value === undefined
      ? []
      : [[name, row.type === "record" && row.partial === true ? value : inside(row, value, below)]];
  });
  return Object.fromEntries(entries);
}

type Change = (table: Table, given: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** A value in which every record of options was changed. */
function inside(kind: Kind, value: unknown, change: Change): unknown {
  if (kind.type === "record" && isRecord(value)) return change(kind.of, value);
  if (kind.type === "list" && Array.isArray(value)) return value.map((each) => inside(kind.of, each, change));
  if (kind.type !== "either") return value;
  const own = kind.of.find((each) => problemOf(each, value) === undefined);
  return own === undefined ? value : inside(own, value, change);
}
