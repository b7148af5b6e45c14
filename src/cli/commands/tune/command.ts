import type { CommandDefinition } from "../../command.js";
import { specCommand } from "../../options/spec-command.js";
import { tuneCommandTable } from "./table.js";

export const tuneCommand: CommandDefinition = specCommand({
  name: "tune",
  summary: "name an error, get the fastest solver of a field that keeps to it",
  description:
    "Searches classical methods in fixed steps, step control, learned coefficients, corrections and both together on this " +
    "machine's clock, and returns the fastest solver that keeps to the error on states that nothing was chosen by. Writes what was " +
    "learned, solver.onnx, runners-up, metrics.json, config.json, the frontier and report.html. Exit code 3: nothing keeps to " +
    "the error; what comes closest is written. Ctrl-C ends the search with the best so far; --resume goes on from the ledger.",
  table: tuneCommandTable,
  examples: [
    "tune field.onnx --error 1e-2 --states normal --out tuned",
    "tune field.onnx --error 1e-3 --relative --quantile 0.95 --span 1,0 --states normal --seconds 300 --out tuned",
    "tune field.onnx --error 1e-2 --milliseconds 2 --batch 64 --states states.safetensors:z --json",
    "tune field.onnx --error 1e-3 --states normal --seconds 600 --queue postgres://lab@db/hypersolvers",
    "tune --resume --out tuned --seconds 600",
  ],
  free: ["seconds", "queue", "store", "workers"],
  tellsProgress: true,
  load: async () => (await import("./job.js")).tuneJob,
});
