import type { Command } from "commander";
import type { Spec, Table } from "../../spec/index.js";
import { addTable } from "./table-options.js";
import { deskTable, machineTable } from "./tables.js";

/** What every command is told beside its own table. */
export const sharedTable: typeof deskTable & typeof machineTable = { ...deskTable, ...machineTable };
export type SharedOptions = Spec<typeof sharedTable>;

/** The part of a run's context that flags decide. */
export type Machine = Spec<typeof machineTable>;

/** What commands that compute nothing are told beside their own tables: they have no device. */
export const readingTable: typeof deskTable = deskTable;

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
