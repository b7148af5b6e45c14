import type { CommandDefinition } from "../../command.js";
import { specCommand } from "../../options/spec-command.js";
import { sweepActions, sweepActionTable, sweepCommandTable } from "./table.js";

const sweep = specCommand({
  name: "sweep",
  summary: "run a grid of fits, trainings or experiments, on one machine or many",
  description:
    "Runs one spec with many values: a job for each, in processes of their own, from a queue in a folder or in PostgreSQL. " +
    "A job that was killed, frozen or cut off goes on from its checkpoint, wherever there is a worker; what was computed " +
    "once is not computed again. Writes every job's files, a table with mean ± deviation over seeds, metrics.json and report.html.",
  table: sweepCommandTable,
  examples: [
    "sweep sweep.json --out runs/sweep",
    "sweep sweep.json --dry-run",
    "sweep sweep.yaml --workers 2 --threads 1",
    "sweep sweep.json --queue postgres://lab@db/hypersolvers --no-wait",
    "sweep status --queue postgres://lab@db/hypersolvers",
  ],
  tellsProgress: true,
  formerly: ["jsonLines"],
  load: async () => (await import("./job.js")).sweepJob,
});

const action = (
  name: string,
  summary: string,
  load: () => Promise<typeof import("./actions.js")["statusJob"]>,
): CommandDefinition =>
  specCommand({
    name,
    summary,
    description: `${summary[0]?.toUpperCase()}${summary.slice(1)}.`,
    table: sweepActionTable,
    examples: [`sweep ${name} sweep.json`, `sweep ${name} --queue postgres://lab@db/hypersolvers`],
    computes: false,
    load,
  });

const actions = [
  action(
    "status",
    "show the state of the jobs of a sweep",
    async () => (await import("./actions.js")).statusJob,
  ),
  action(
    "results",
    "write the results of a sweep so far: files, table, report",
    async () => (await import("./actions.js")).resultsJob,
  ),
  action(
    "cancel",
    "remove the jobs of a sweep that have not ended",
    async () => (await import("./actions.js")).cancelJob,
  ),
  action(
    "retry",
    "put the failed and cancelled jobs of a sweep back into the queue",
    async () => (await import("./actions.js")).retryJob,
  ),
];

/** `sweep FILE`, and what can be asked of a sweep: `sweep status`. */
export const sweepCommand: CommandDefinition = {
  ...sweep,
  configure: (command, attach) => {
    sweep.configure(command, attach);
    // Options behind the name of an action are the action's.
    command.enablePositionalOptions();
    command.helpCommand(false);
    for (const { name, summary, configure } of actions)
      configure(command.command(name).summary(summary), attach);
    command.usage(`[options] <sweep.json> | ${sweepActions.join(" | ")}`);
  },
};
