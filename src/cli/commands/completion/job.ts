import type { Command } from "commander";
import { plainJob, type SpecJob } from "../../options/spec-command.js";
import { type CompletedCommand, completionModel } from "./model.js";
import { bashCompletion, fishCompletion, zshCompletion } from "./shells.js";
import { completionTable, type Shell } from "./table.js";

const scripts: Readonly<Record<Shell, (name: string, commands: readonly CompletedCommand[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `hypersolvers completion`, of a program. */
export const completionJobOf = (program: Command): SpecJob<typeof completionTable> =>
  plainJob(completionTable, async ({ shell }) => {
    const text = scripts[shell](program.name(), completionModel(program));
    return { text, json: { shell, text } };
  });
