import type { CommandDefinition } from "../../command.js";
import { type Need, spanNeed } from "../../options/needs.js";
import { specCommand } from "../../options/spec-command.js";
import { exportTable } from "./table.js";

const METHOD: Need = ["--method", "a method, such as heun:4; or --correction with a file"];

export const exportCommand: CommandDefinition = specCommand({
  name: "export",
  summary: "write field, correction and steps as one ONNX file",
  description:
    "Writes the whole solve as one ONNX file with standard operators: input z0 (and the field's controls), " +
    "output z1, any batch size. The file carries golden vectors, which `info` checks.",
  table: exportTable,
  examples: [
    "export field.onnx --correction correction.onnx --out solver.onnx",
    "export field.onnx --correction correction.onnx --steps 2 --span 0,1 --out solver.onnx",
    "export field.onnx --method rk4:4 --span 0,1 --out rk4.onnx",
  ],
  needs: (given) => [
    ...(given.method === undefined && given.correction === undefined ? [METHOD] : []),
    ...spanNeed(given),
  ],
  load: async () => (await import("./job.js")).exportJob,
});
