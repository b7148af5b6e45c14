import { type Command, CommanderError } from "commander";
import type { Attach } from "../../src/cli/command.js";
import { givenOptions, requireAll } from "../../src/cli/options/table-options.js";
import { buildProgram, commands } from "../../src/cli/program.js";

/** The commands of a block of shell, one a line or a part of a pipe: continued lines joined, comments gone. */
export function commandLinesOf(text: string): string[] {
  return text
    .replaceAll(/\\\n\s*/g, "")
    .split(/\n| \| /)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "");
}

/** The words of a command line, quotes taken off; a variable of the shell is some number. */
export const wordsOf = (line: string): string[] =>
  [...line.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replaceAll(/['"]/g, "").replace(/^\$[A-Z_]+$/, "2"),
  );

/** What stands before a command: variables, and programs that run another. */
const isPrefix = (word: string): boolean => /^[A-Z_]+=/.test(word) || ["npx", "srun", "exec"].includes(word);

/** A command line without its prefixes. */
export function withoutPrefixes(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !isPrefix(word));
  return first < 0 ? [] : words.slice(first);
}

/**
 * Reads a command line of ours as the program would, without doing anything: names of options, their values, and that
 * nothing required is missing.
 * @returns what is wrong with it, undefined when nothing is.
 */
export async function problemOf(args: readonly string[]): Promise<string | undefined> {
  const silent = { result: () => {}, note: () => {}, warn: () => {} };
  const attach: Attach = (command: Command) => {
    command.action(() => {
      const table = commands.find(({ name }) => name === command.name())?.table ?? {};
      const given = givenOptions(command, table);
      // A file or a stopped run may say the rest.
      if (given.resume !== true && command.opts().config === undefined) requireAll(table, given);
    });
  };
  try {
    await buildProgram(silent as never, attach).parseAsync([...args], { from: "user" });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined;
    return String(error);
  }
}
