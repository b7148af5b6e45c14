import type { Kind, Row, Table } from "./kind.js";
import { textOfValue } from "./text.js";

/** A JSON schema, as far as ours go. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** One option as plain data, for forms and documentation. */
export interface OptionDescription {
  readonly name: string;
  readonly help: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
  readonly default?: unknown;
  readonly defaultFor?: Readonly<Record<string, unknown>>;
  readonly otherwise?: string;
  readonly unit?: string;
  readonly appliesTo?: readonly string[];
  readonly aliases?: readonly string[];
  readonly group?: string;
  /** On the command line; absent where it has none. */
  readonly flag?: string;
}

/** A table as plain data: whoever draws a form or writes documentation needs nothing else. */
export function describe(table: Table): OptionDescription[] {
  return Object.entries(table).map(([name, row]) => {
    const { default: value, defaultFor, otherwise, unit, appliesTo, aliases, group } = row;
    const facts = {
      default: value,
      defaultFor,
      otherwise,
      unit,
      appliesTo,
      aliases,
      group,
      flag: flagOf(name, row),
    };
    return {
      name,
      help: sentenceOf(row),
      schema: schemaOf(row),
      required: row.required === true,
      ...known(facts),
    };
  });
}

/** The help of an option without its default: choices are named. */
export const sentenceOf = (row: Row): string => row.help.replace("{choices}", choicesOf(row).join(", "));

/** The same with the default behind. */
export function helpOf(row: Row): string {
  const defaults = defaultTexts(row);
  const hasNone = row.type === "boolean" || defaults.length === 0;
  return hasNone ? sentenceOf(row) : `${sentenceOf(row)} (default: ${defaults.join("; ")})`;
}

/** What happens without a value, and what with certain subjects. */
export function defaultTexts(row: Row): string[] {
  const value = row.default === undefined ? row.otherwise : (row.otherwise ?? textOfValue(row, row.default));
  const others = Object.entries(row.defaultFor ?? {}).map(
    ([of, other]) => `${of}: ${textOfValue(row, other)}`,
  );
  return [value, ...others].filter((each) => each !== undefined);
}

/** The names that a value may be, or that are known among others. */
export function choicesOf(kind: Kind): readonly string[] {
  if (kind.type === "choice") return kind.of;
  if (kind.type === "text") return kind.known ?? [];
  if (kind.type === "list") return choicesOf(kind.of);
  return kind.type === "either" ? kind.of.flatMap(choicesOf) : [];
}

/** `--final-lr`; undefined where an option has no flag. A switch that is on by default is named for turning it off. */
export function flagOf(name: string, { flag, type, default: value }: Row): string | undefined {
  if (flag !== undefined) return flag.startsWith("--") ? flag : undefined;
  const words = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return type === "boolean" && value === true ? `--no-${words}` : `--${words}`;
}

/** The JSON schema of the values of a kind. */
export function schemaOf(kind: Kind): JsonSchema {
  const schema = plainSchema(kind);
  return kind.nullable === true ? { anyOf: [schema, { type: "null" }] } : schema;
}

function plainSchema(kind: Kind): JsonSchema {
  switch (kind.type) {
    case "integer":
      return { type: "integer", ...bounds(kind) };
    case "number":
      return { type: "number", ...bounds(kind) };
    case "text":
      return known({ type: "string", minLength: 1, pattern: kind.pattern });
    case "boolean":
      return { type: "boolean" };
    case "choice":
      return { enum: kind.of };
    case "span":
      return { type: "array", items: { type: "number" }, minItems: 2, maxItems: 2 };
    case "range":
      return { type: "array", items: { type: "number", exclusiveMinimum: 0 }, minItems: 2, maxItems: 2 };
    case "map":
      return {
        type: "object",
        additionalProperties: { type: "string", minLength: 1 },
        ...propertyNames(kind.keys),
      };
    case "list":
      return { type: "array", items: schemaOf(kind.of) };
    case "either":
      return { anyOf: kind.of.map(schemaOf) };
    case "record":
      return recordSchema(kind.of);
    case "options":
      return { type: "object" };
  }
}

/** The JSON schema of the specs of a table. */
export function recordSchema(table: Table): JsonSchema {
  const rows = Object.entries(table);
  const properties = Object.fromEntries(
    rows.map(([name, row]) => [name, { ...schemaOf(row), description: sentenceOf(row) }]),
  );
  const required = rows.flatMap(([name, row]) => (row.required === true ? [name] : []));
  return { type: "object", properties, required, additionalProperties: false };
}

interface Bounds {
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
  readonly below?: number;
}

const bounds = ({ min, above, max, below }: Bounds): JsonSchema =>
  known({ minimum: min, exclusiveMinimum: above, maximum: max, exclusiveMaximum: below });

/** The members that say something. */
const known = (facts: Readonly<Record<string, unknown>>): JsonSchema =>
  Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));

const propertyNames = (keys: readonly string[] | undefined): JsonSchema =>
  keys === undefined ? {} : { propertyNames: { enum: keys } };
