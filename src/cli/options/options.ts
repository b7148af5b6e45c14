import type { Command } from "commander";
import type { Device } from "../../runtime/index.js";
import { addTable } from "./table-options.js";
import { machineTable, seedTable } from "./tables.js";

/** Options that every command has. */
export interface SharedOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** Of commands without a table. */
  readonly seed?: number;
  readonly device?: Device;
  readonly threads?: number;
}

export function addSharedOptions(command: Command): void {
  // Where a command has a table, the seed is in it: it decides the outcome.
  if (!command.options.some(({ long }) => long === "--seed")) addTable(command, seedTable);
  command
    .optionsGroup("Common options:")
    .option("--json", "print the result as JSON on stdout, everything else on stderr")
    .option("--quiet", "show no progress");
  addTable(command, machineTable);
  command.helpOption("-h, --help", "show this help");
}

/** Examples below the options, one a line. */
export function addExamples(command: Command, examples: readonly string[]): void {
  const lines = examples.map((example) => `  $ hypersolvers ${example}`);
  command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}
