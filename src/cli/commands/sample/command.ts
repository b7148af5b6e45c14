import type { CommandDefinition } from "../../command.js";
import { specCommand } from "../../options/spec-command.js";
import { sampleTable } from "./table.js";

export const sampleCommand: CommandDefinition = specCommand({
  name: "sample",
  summary: "draw samples from a flow",
  description:
    "Draws from the base distribution and carries the draws to the data, by dopri5 at tolerance 1e-5, by equal " +
    "steps of a method, or by a correction.",
  table: sampleTable,
  examples: [
    "sample flow.onnx --count 5000 --out samples.csv --picture samples.png",
    "sample flow.onnx --correction correction.onnx --out samples.safetensors",
    "sample flow.onnx --method heun --steps 8 --seed 1 --json",
    "sample flow.onnx --correction correction.onnx --log-density --out samples.csv",
    "sample field.onnx --span 0,1 --base normal --count 100",
  ],
  load: async () => (await import("./job.js")).sampleJob,
});
