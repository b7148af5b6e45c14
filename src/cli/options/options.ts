import type { Command } from "commander";
import type { Spec, Table } from "../../spec/index.js";
import { addTable } from "./table-options.js";
import { deskTable, linesTable, machineTable } from "./tables.js";

/** Options that every command has besides its own. */
export const sharedTable: typeof deskTable & typeof machineTable = { ...deskTable, ...machineTable };
export type SharedOptions = Spec<typeof sharedTable & typeof linesTable>;

/** The part of a run's context that flags decide. */
export type Machine = Spec<typeof machineTable>;

/** What kind of work a command does. */
export interface WorkKind {
  /** Whether it computes, on a device, with threads. Default true. */
  readonly computes?: boolean | undefined;
  /** Whether it takes so long that it reports progress to programs, too. Default false. */
  readonly tellsProgress?: boolean | undefined;
}

/** Options that a command has besides its own. */
export const sharedBy = ({ computes = true, tellsProgress = false }: WorkKind): Table => ({
  ...deskTable,
  ...(tellsProgress ? linesTable : {}),
  ...(computes ? machineTable : {}),
});

/** All options of a command: its own, what it shares with others, help. */
export function addOptions(command: Command, table: Table, shared: Table): void {
  addTable(command, table);
  addTable(command, shared);
  command.helpOption("-h, --help", "show this help");
}

/** Examples below the options, one a line. */
export function addExamples(command: Command, examples: readonly string[]): void {
  const lines = examples.map((example) => `  $ hypersolvers ${example}`);
  command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}
