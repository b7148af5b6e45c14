import type { CommandDefinition } from "../../command.js";
import { spanNeed } from "../../options/needs.js";
import { specCommand } from "../../options/spec-command.js";
import { compareTable } from "./table.js";

export const compareCommand: CommandDefinition = specCommand({
  name: "compare",
  summary: "measure every method on one field: error against cost",
  description:
    "Solves the same states with every fixed-step method, the hypersolver and dopri5, and compares the ends " +
    "with dopri5 at tolerance 1e-8 in float64 (images: 1e-6 in float32, its own error stated). Costs: evaluations of f, multiply-accumulates, milliseconds.",
  table: compareTable,
  examples: [
    "compare field.onnx --span 0,1 --states normal",
    "compare field.onnx --correction correction.onnx --samples 500 --budget 2,4,8 --out comparison",
    "compare field.onnx --span 0,1 --methods heun:4,rk4:2,dopri5@1e-3,hyper:correction.onnx:2",
    "compare field.onnx --span 0,1 --states uniform:-1,1 --tolerances 1e-2,1e-4 --json",
  ],
  needs: spanNeed,
  tellsProgress: true,
  load: async () => (await import("./job.js")).compareJob,
});
