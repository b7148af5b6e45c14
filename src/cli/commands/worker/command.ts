import type { CommandDefinition } from "../../command.js";
import { specCommand } from "../../options/spec-command.js";
import { workerCommandTable } from "../sweep/table.js";

export const workerCommand: CommandDefinition = specCommand({
  name: "worker",
  summary: "do the jobs of a queue, on as many machines as there are",
  description:
    "Takes jobs of sweeps out of a queue and does them, each in a process of its own. Ctrl-C, or SIGTERM of a cluster's " +
    "scheduler, gives running jobs back with what they have kept; others go on from there. A database that goes away is waited for.",
  table: workerCommandTable,
  examples: [
    "worker --queue postgres://lab@db/hypersolvers",
    "worker --queue postgres://lab@db/hypersolvers --workers 4 --threads 2",
    "worker --drain --json-lines",
  ],
  tellsProgress: true,
  formerly: ["jsonLines"],
  load: async () => (await import("./job.js")).workerJob,
});
