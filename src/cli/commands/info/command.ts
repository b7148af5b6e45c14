import type { CommandDefinition } from "../../command.js";
import { specCommand } from "../../options/spec-command.js";
import { infoTable } from "./table.js";

export const infoCommand: CommandDefinition = specCommand({
  name: "info",
  summary: "look into an ONNX file: field, flow, correction or solver",
  description:
    "Shows inputs, outputs, operators (and which of them are not supported), parameters and costs of any ONNX " +
    "file; the facts of a flow; the card of a correction or a learned solver, with bounds of its errors; and runs the self-test of an exported solver.",
  table: infoTable,
  examples: [
    "info field.onnx",
    "info unet.onnx --prediction epsilon --schedule linear",
    "info correction.onnx --json",
    "info solver.onnx",
  ],
  computes: false,
  formerly: ["seed"],
  load: async () => (await import("./job.js")).infoJob,
});
