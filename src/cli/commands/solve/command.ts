import type { CommandDefinition } from "../../command.js";
import { spanNeed } from "../../options/needs.js";
import { specCommand } from "../../options/spec-command.js";
import { solveTable } from "./table.js";

export const solveCommand: CommandDefinition = specCommand({
  name: "solve",
  summary: "solve a field from initial states",
  description:
    "Solves dz/ds = f(s, z, x) for a batch of initial states. --steps takes equal steps; without it the steps " +
    "follow --rtol and --atol. With --correction the method is the correction's base plus its learned term.",
  table: solveTable,
  examples: [
    "solve field.onnx --span 0,1 --states z0.safetensors --out z1.safetensors",
    "solve field.onnx --span 0,1 --states z0.safetensors --method tsit5@1e-4",
    "solve field.onnx --span 1,0 --states normal --samples 100 --method rk4:8",
    "solve field.onnx --times 0,0.5,1 --states z0.safetensors:z --out path.safetensors",
    "solve field.onnx --correction correction.onnx --steps 2 --states z0.safetensors --out z1.safetensors",
    "solve controlled.onnx --span 0,1 --states data.safetensors:z --input x=data.safetensors:x --json",
  ],
  needs: spanNeed,
  load: async () => (await import("./job.js")).solveJob,
});
