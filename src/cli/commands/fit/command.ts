import type { CommandDefinition } from "../../command.js";
import { specCommand } from "../../options/spec-command.js";
import { fitNeeds } from "./needs.js";
import { fitCommandTable } from "./table.js";

export const fitCommand: CommandDefinition = specCommand({
  name: "fit",
  summary: "learn a solver for a field: a correction g, coefficients, or both; or a student",
  description:
    "Solves reference trajectories, learns from them a correction of a base method, a solver's own coefficients, both, or " +
    "a student, which never evaluates the field; measures that on states it has not seen, and writes correction.onnx, " +
    "coefficients.json, learned.onnx or student.onnx, solver.onnx, metrics.json, " +
    "config.json, figures and report.html. Ctrl-C keeps what is best so far; --resume goes on from there.",
  table: fitCommandTable,
  examples: [
    "fit field.onnx --base heun --steps 1 --span 0,1 --states normal --out run",
    "fit field.onnx --base euler --steps 4 --states states.safetensors:z --iterations 3000 --hidden 64,64 --json",
    "fit field.onnx --base midpoint --steps 2 --states uniform:-2,2 --loss both --epsilon none --no-figures",
    "fit controlled.onnx --base heun --steps 2 --states data.safetensors:z --input x=data.safetensors:x --inputs z,stages,epsilon,x",
    "fit images.onnx --base euler --steps 10 --states encoded.safetensors:z --architecture mnist-paper --trajectory-iterations 50",
    "fit field.onnx --learn coefficients --evaluations 8 --span 0,1 --states normal --out ns",
    "fit field.onnx --learn both --evaluations 4 --span 0,1 --states normal --out both",
    "fit field.onnx --learn student --evaluations 4 --span 0,1 --states normal --out student",
    "fit flow.onnx --base midpoint --steps 1 --epsilon none",
    "fit flow.onnx --base midpoint --steps 1 --epsilon none --log-density points.csv --out densities",
  ],
  free: ["samples", "measuringTolerance", "budget", "compare", "figures"],
  needs: fitNeeds,
  tellsProgress: true,
  load: async () => (await import("./job.js")).fitJob,
});
