import { Argument, type Command, Option } from "commander";
import type { Table } from "../../spec/index.js";
import {
  expectation,
  flagOf,
  helpOf,
  type Kind,
  problemOfText,
  type Row,
  seedRow,
  valueOfText,
} from "../../spec/internal.js";
import type { Need } from "./needs.js";
import { unusable } from "./usage-error.js";

/** What stands for null with Commander, which takes null for an option without a value. */
const NONE = Symbol("none");
const fromCommander = (value: unknown): unknown => (value === NONE ? null : value);

/** What is known of an option or argument of Commander's besides its texts. */
const rows = new WeakMap<Option | Argument, Row>();

/** The row that an option or argument was made from; undefined for those that Commander has by itself, such as help. */
export const rowOf = (made: Option | Argument): Row | undefined => rows.get(made);

/** The group of options that commands share. */
const COMMON_OPTIONS = seedRow.group;

/** Registers the options of a table: flags, placeholders, groups and help as its rows say. */
export function addTable(command: Command, table: Table): void {
  let shown = "";
  for (const [name, row, group] of grouped(table)) {
    if (group !== shown) command.optionsGroup(group);
    shown = group;
    if (row.flag === "argument") {
      const argument = new Argument(`[${placeholderOf(name, row)}]`, helpOf(row));
      command.addArgument(argument);
      rows.set(argument, row);
    }
    const option = optionOf(name, row);
    if (option === undefined) continue;
    command.addOption(option);
    rows.set(option, row);
  }
  const words = Object.entries(table)
    .filter(([, { flag }]) => flag === "argument")
    .map(([name, row]) =>
      row.required === true ? `<${placeholderOf(name, row)}>` : `[${placeholderOf(name, row)}]`,
    );
  if (words.length > 0) command.usage(["[options]", ...words].join(" "));
}

/** Rows with the groups they are shown in, a row's own or that of the one before; common options come last. */
function grouped(table: Table): readonly (readonly [name: string, row: Row, group: string])[] {
  let group = "";
  const all = Object.entries(table).map(([name, row]) => {
    group = row.group ?? group;
    return [name, row, group] as const;
  });
  const isCommon = ([, , own]: (typeof all)[number]): boolean => own === COMMON_OPTIONS;
  return [...all.filter((each) => !isCommon(each)), ...all.filter(isCommon)];
}

/** What was given on a command line, by the names of the table. */
export function givenOptions(command: Command, table: Table): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  const words = [...command.args];
  for (const [name, row] of Object.entries(table)) {
    const attribute = optionOf(name, row)?.attributeName();
    if (row.flag === "argument") {
      const word = words.shift();
      if (word !== undefined) given[name] = valueIn(row, optionName(name, row), word);
    } else if (attribute !== undefined && command.getOptionValueSource(attribute) === "cli")
      given[name] = fromCommander(command.getOptionValue(attribute));
  }
  return given;
}

/**
 * @param needs what is missing besides what the table requires.
 * @throws a usage error that names everything that is missing.
 */
export function requireAll(
  table: Table,
  given: Readonly<Record<string, unknown>>,
  needs: readonly Need[] = [],
): void {
  const required = Object.entries(table).flatMap(([name, row]): Need[] =>
    row.required === true && given[name] === undefined ? [[optionName(name, row), expectation(row)]] : [],
  );
  const missing = [...required, ...needs];
  const [first] = missing;
  if (first === undefined) return;
  const options = missing.map(([option]) => option).join(", ");
  const expected = missing.length === 1 ? first[1] : missing.map((need) => need.join(": ")).join("; ");
  throw unusable(options, expected, "nothing");
}

/** What an option is called on command lines: `--final-lr`, `<field.onnx>`. */
export const optionName = (name: string, row: Row): string =>
  flagOf(name, row) ?? `<${placeholderOf(name, row)}>`;

const placeholderOf = (name: string, { placeholder = name }: Row): string => placeholder;

function optionOf(name: string, row: Row): Option | undefined {
  const flag = flagOf(name, row);
  if (flag === undefined) return undefined;
  if (row.type === "boolean") return switchOf(flag, row);
  const words = row.type === "list" && row.words === true ? "..." : "";
  const option = new Option(`${flag} <${placeholderOf(name, row)}${words}>`, helpOf(row));
  return option.argParser((text: string, previous: unknown) => {
    if (row.type === "list" && row.words === true)
      return [...((previous as readonly unknown[]) ?? []), valueIn(row.of, flag, text)];
    const value = valueIn(row, flag, text);
    if (previous === undefined) return value ?? NONE;
    const both = { ...(previous as object), ...(value as object) };
    const isMore = row.type === "map" && Object.keys(both).length > Object.keys(previous as object).length;
    if (isMore) return both;
    throw unusable(flag, "the option once", `once more, ${JSON.stringify(text)}`, "drop one of the two");
  });
}

/** @throws a usage error for text that means no value of the kind. */
function valueIn(kind: Kind, what: string, text: string): unknown {
  const value = valueOfText(kind, text);
  if (value !== undefined) return value;
  const { expected, received, help } = problemOfText(kind, text);
  throw unusable(what, expected, received, help);
}

/** A switch is turned by its flag alone; one that is on by default is turned off. */
function switchOf(flag: string, row: Row): Option {
  const option = new Option(flag, row.flagHelp ?? helpOf(row));
  return row.default === true && !flag.startsWith("--no-") ? option.preset(false) : option;
}
