import type { CommandDefinition } from "../../command.js";
import { specCommand } from "../../options/spec-command.js";
import { trainTable } from "./table.js";

export const trainCommand: CommandDefinition = specCommand({
  name: "train",
  summary: "train a continuous normalizing flow on data",
  description:
    "Trains a vector field that carries a simple base distribution to the data, and writes flow.onnx, " +
    "metrics.json, figures and report.html. flow.onnx goes to `sample` and `density`, and as a field to `fit`, " +
    "`solve` and `compare`. Ctrl-C keeps the best flow so far; --resume continues from the last checkpoint.",
  table: trainTable,
  examples: [
    "train pinwheel --out runs/pinwheel",
    "train points.csv --out runs/points --iterations 5000 --hidden 64,64",
    "train rings --objective both --base student-t:5 --out runs/rings --no-figures",
    "train points.safetensors:x --objective maximum-likelihood --iterations 300 --gradient continuous --seminorm",
  ],
  free: ["figures"],
  tellsProgress: true,
  load: async () => (await import("./job.js")).trainJob,
});
