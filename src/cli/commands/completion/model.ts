import type { Argument, Command, Option } from "commander";
import { choicesOf, type Row, sentenceOf } from "../../../spec/internal.js";
import { rowOf } from "../../options/table-options.js";

/** What may be typed in a place: some words, and perhaps the name of a file. */
export interface Words {
  readonly words: readonly string[];
  readonly files: boolean;
}

export interface CompletedOption {
  /** `--steps`, and `-h` where there is a short one. */
  readonly flags: readonly string[];
  readonly help: string;
  /** What comes behind it; undefined for a switch. */
  readonly value: Words | undefined;
}

/** A command as a shell completes it. */
export interface CompletedCommand {
  /** `fit`, `sweep status`; empty for the program itself. */
  readonly path: string;
  readonly help: string;
  readonly options: readonly CompletedOption[];
  /** What its arguments may be, all of them together. */
  readonly argument: Words;
}

/** The program and its commands, those below commands included. */
export function completionModel(program: Command): CompletedCommand[] {
  const visit = (command: Command, path: readonly string[]): CompletedCommand[] => {
    const below = command.commands.map((each) => ({ each, path: [...path, each.name()] }));
    const own: CompletedCommand = {
      path: path.join(" "),
      help: command.summary(),
      options: command.createHelp().visibleOptions(command).map(completedOption),
      argument: argumentOf(
        command.registeredArguments,
        below.map(({ each }) => each.name()),
      ),
    };
    return [own, ...below.flatMap(({ each, path: deeper }) => visit(each, deeper))];
  };
  return visit(program, []);
}

function completedOption(option: Option): CompletedOption {
  const row = rowOf(option);
  const takesValue = option.required || option.optional;
  return {
    flags: [option.long, option.short].filter((flag) => flag != null),
    help: shortened(row === undefined ? option.description : (row.flagHelp ?? sentenceOf(row))),
    value: takesValue ? wordsOf(row) : undefined,
  };
}

/** What a help begins with: a shell shows it in a line. */
const shortened = (help: string): string => help.split(/[:;] /, 1)[0] ?? help;

/** @param names of commands below, which come first. */
function argumentOf(made: readonly Argument[], names: readonly string[]): Words {
  const each = made.map((argument) => wordsOf(rowOf(argument)));
  return {
    words: [...names, ...each.flatMap(({ words }) => words)],
    files: each.some(({ files }) => files),
  };
}

function wordsOf(row: Row | undefined): Words {
  return row === undefined
    ? { words: [], files: false }
    : { words: [...new Set(choicesOf(row))], files: namesFiles(row) };
}

/** Whether a value may be a file or a folder: what is said of it tells. */
function namesFiles(row: Row): boolean {
  const isText = row.type === "text" || row.type === "map" || (row.type === "list" && row.words === true);
  const said = [row.placeholder, row.help, "expected" in row ? row.expected : ""].join(" ");
  const isOpen = choicesOf(row).length === 0;
  return isText && (isOpen ? /\b(?:file|folder|path)\b/i : /\bFILE\./).test(said);
}
