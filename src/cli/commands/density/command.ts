import type { CommandDefinition } from "../../command.js";
import { specCommand } from "../../options/spec-command.js";
import { densityTable } from "./table.js";

export const densityCommand: CommandDefinition = specCommand({
  name: "density",
  summary: "log-densities of points under a flow",
  description:
    "Solves from the data to the base distribution and follows the change of volume: log p of every point in nats, " +
    "in units of the data. Over a grid it draws the density and reports its integral.",
  table: densityTable,
  examples: [
    "density flow.onnx --data points.csv --out densities.csv",
    "density flow.onnx --data points.safetensors:x --picture density.png",
    "density flow.onnx --grid -4,4,50 --picture density.svg --json",
    "density flow.onnx --data points.csv --method rk4 --steps 8",
  ],
  needs: ({ data, grid, picture }) =>
    [data, grid, picture].every((each) => each === undefined)
      ? [["--data", "points, or --grid for the density over a region"]]
      : [],
  tellsProgress: true,
  load: async () => (await import("./job.js")).densityJob,
});
