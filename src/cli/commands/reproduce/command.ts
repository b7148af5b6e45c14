import { experimentNames } from "../../../experiments/specs.js";
import type { CommandDefinition } from "../../command.js";
import { specCommand } from "../../options/spec-command.js";
import { reproduceTable } from "./table.js";

export const reproduceCommand: CommandDefinition = specCommand({
  name: "reproduce",
  summary: "run one of the paper's experiments again",
  description:
    "Runs an experiment with its own data and settings, and writes numbers, figures, trained files and a report. " +
    "Ctrl-C keeps the best result so far; --resume goes on where a run was stopped or killed.",
  table: reproduceTable,
  examples: [
    "reproduce --list",
    "reproduce ffjord --preset smoke --out runs/ffjord-smoke",
    "reproduce cnf --density pinwheel",
    "reproduce cnf --density checkerboard --preset paper --resume",
    "reproduce mnist",
    "reproduce theory --seeds 5 --queue postgres://lab@db/hypersolvers",
  ],
  free: ["cache", "queue", "store", "workers"],
  needs: ({ experiment, list }) =>
    experiment === undefined && list !== true
      ? [["name", `an experiment: ${experimentNames.join(", ")}`]]
      : [],
  tellsProgress: true,
  load: async () => (await import("./job.js")).reproduceJob,
});
