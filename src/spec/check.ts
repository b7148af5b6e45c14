import { isHypersolversError } from "../tensor/errors.js";
import type { Kind, RecordKind, Table } from "./kind.js";
import { adviceOn, meantAdvice } from "./suggestion.js";
import { expectation, shown } from "./words.js";

/** Why a value is no spec. */
export interface Problem {
  /** Where in it: `batch`, `phases[1].iterations`. */
  readonly path: string;
  readonly expected: string;
  readonly received: string;
  readonly help?: string | undefined;
}

/** What is wrong with a value of a kind; undefined: nothing. */
export function problemOf(kind: Kind, value: unknown, path = ""): Problem | undefined {
  if (value === null && kind.nullable === true) return undefined;
  if (kind.type === "list" && Array.isArray(value))
    return firstOf(value, (each, i) => problemOf(kind.of, each, `${path}[${i}]`));
  if (kind.type === "record" && isRecord(value)) return recordProblem(kind, value, path);
  if (kind.type === "either") return eitherProblem(kind, value, path);
  if (!holds(kind, value))
    return { path, expected: expectation(kind), received: shown(value), help: adviceOn(kind, value) };
  return kind.type === "text" && kind.reads !== undefined
    ? misreading(kind.reads, String(value), path)
    : undefined;
}

/** Why a text means nothing, in the words of its reader. */
function misreading(reads: (text: string) => unknown, text: string, path: string): Problem | undefined {
  try {
    reads(text);
    return undefined;
  } catch (error) {
    if (!isHypersolversError(error, "INVALID_ARGUMENT")) throw error;
    const { expected = "another text", help } = error.facts;
    return { path, expected, received: shown(text), help };
  }
}

/** A record within a spec is whole: what is required has to be there. */
function recordProblem(
  { of }: RecordKind,
  value: Readonly<Record<string, unknown>>,
  path: string,
): Problem | undefined {
  const problem = tableProblem(of, value, path);
  if (problem !== undefined) return problem;
  return firstOf(Object.entries(of), ([name, row]) =>
    row.required === true && value[name] === undefined
      ? { path: `${path}.${name}`, expected: expectation(row), received: "nothing" }
      : undefined,
  );
}

/** What is wrong with a record of options, unknown names first; what is required is not asked for. */
export function tableProblem(
  table: Table,
  given: Readonly<Record<string, unknown>>,
  path = "",
): Problem | undefined {
  const below = (name: string): string => (path === "" ? name : `${path}.${name}`);
  return firstOf(Object.entries(given), ([name, value]) => {
    if (value === undefined) return undefined;
    const own = nameOf(table, name);
    const row = own === undefined ? undefined : table[own];
    if (own === undefined || row === undefined) return unknownName(table, name, below(name));
    if (own === name || given[own] === undefined) return problemOf(row, value, below(own));
    return { path: below(own), expected: `${own} or ${name}, which are the same`, received: "both" };
  });
}

function unknownName(table: Table, name: string, path: string): Problem {
  return {
    path,
    expected: `one of ${Object.keys(table).join(", ")}`,
    received: shown(name),
    help: meantAdvice(name, Object.keys(table)),
  };
}

/** The name in the table of a name in a file, which may be an alias. */
export function nameOf(table: Table, name: string): string | undefined {
  if (Object.hasOwn(table, name)) return name;
  return Object.keys(table).find((own) => table[own]?.aliases?.includes(name) === true);
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function firstOf<T>(
  values: readonly T[],
  find: (value: T, i: number) => Problem | undefined,
): Problem | undefined {
  for (const [i, value] of values.entries()) {
    const found = find(value, i);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Of several kinds, the one that the value looks like tells what is wrong. */
function eitherProblem(
  kind: Kind & { readonly type: "either" },
  value: unknown,
  path: string,
): Problem | undefined {
  const problems = kind.of.map((each) => problemOf(each, value, path));
  if (problems.includes(undefined)) return undefined;
  const inside = problems.find((problem) => problem !== undefined && problem.path !== path);
  return (
    inside ??
    misreadAlternative(kind, value, path) ?? {
      ...{ path, expected: expectation(kind), received: shown(value), help: adviceOn(kind, value) },
    }
  );
}

/** What the reader of a text says, where a text was one of the choices. */
export function misreadAlternative(
  kind: Kind & { readonly type: "either" },
  value: unknown,
  path: string,
): Problem | undefined {
  const text = kind.of.find((each) => each.type === "text" && holds(each, value));
  return text && problemOf(text, value, path);
}

function holds(kind: Kind, value: unknown): boolean {
  switch (kind.type) {
    case "integer":
      return Number.isSafeInteger(value) && isWithin(kind, Number(value));
    case "number":
      return (
        Number.isFinite(value) &&
        isWithin(kind, Number(value)) &&
        Number(value) > (kind.above ?? -Infinity) &&
        Number(value) < (kind.below ?? Infinity)
      );
    case "text":
      return typeof value === "string" && value !== "" && new RegExp(kind.pattern ?? "", "u").test(value);
    case "boolean":
      return typeof value === "boolean";
    case "choice":
      return typeof value === "string" && kind.of.includes(value);
    case "span":
      return isPair(value);
    case "range":
      return isPair(value) && 0 < value[0] && value[0] <= value[1];
    case "map":
      return isRecord(value) && Object.entries(value).every(([key, text]) => isEntry(kind.keys, key, text));
    case "options":
      return isRecord(value);
    default:
      return false;
  }
}

const isWithin = (
  { min = -Infinity, max = Infinity }: { min?: number; max?: number },
  value: number,
): boolean => min <= value && value <= max;

const isPair = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);

const isEntry = (keys: readonly string[] | undefined, key: string, text: unknown): boolean =>
  (keys === undefined || keys.includes(key)) && typeof text === "string" && text !== "";
