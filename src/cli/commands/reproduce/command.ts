import type { Preset } from "../../../experiments/index.js";
import type { CommandDefinition } from "../../command.js";
import { cacheOption } from "../../options/dataset-options.js";
import { addExamples, parsed, type SharedOptions } from "../../options/options.js";
import { parseChoice, parseCount } from "../../options/parse.js";

export interface ReproduceCommandOptions extends SharedOptions {
  readonly preset: Preset;
  readonly density?: string;
  readonly seeds?: number;
  readonly resume?: boolean;
  readonly list?: boolean;
  readonly out?: string;
  readonly cache?: string;
}

/** Same list as `presets` of the experiments, which are not loaded for help. */
export const presetNames: readonly Preset[] = ["smoke", "standard", "paper"];

export const reproduceCommand: CommandDefinition = {
  name: "reproduce",
  summary: "run one of the paper's experiments again",
  configure: (command, attach) => {
    command
      .description(
        "Runs an experiment with its own data and settings, and writes numbers, figures, trained files and a report. " +
          "Ctrl-C keeps the best result so far; --resume goes on where a run was stopped or killed.",
      )
      .argument("[name]", "the experiment")
      .optionsGroup("Options:")
      .option("--list", "show the experiments there are")
      .addOption(
        parsed(
          "--preset <name>",
          "smoke (seconds), standard (minutes, images up to two hours) or paper (the paper's setting)",
          (option, text) => parseChoice(option, text, presetNames),
        ).default("standard", "standard"),
      )
      .option("--density <name>", "the data set, for experiments that have several (--list shows them)")
      .addOption(
        parsed(
          "--seeds <n>",
          "run with so many seeds, --seed and those after it: mean ± deviation",
          parseCount,
        ),
      )
      .option("--resume", "go on from the checkpoint in the folder, if there is one")
      .option("--out <folder>", "where to write (default: runs/NAME, with the data set behind)")
      .addOption(cacheOption());
    addExamples(command, [
      "reproduce --list",
      "reproduce ffjord --preset smoke --out runs/ffjord-smoke",
      "reproduce cnf --density pinwheel",
      "reproduce cnf --density checkerboard --preset paper --resume",
      "reproduce mnist",
    ]);
    attach(command, async () => (await import("./job.js")).reproduceJob);
  },
};
