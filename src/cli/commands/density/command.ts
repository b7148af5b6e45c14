import type { CommandDefinition } from "../../command.js";
import {
  addSolverOptions,
  addSourceOptions,
  addTraceOptions,
  type FlowSolverOptions,
  type FlowSourceOptions,
  pictureOption,
  pointsOutOption,
  type TraceOptions,
} from "../../options/flow-options.js";
import { addExamples, parsed } from "../../options/options.js";
import { type GridChoice, parseGrid } from "../../options/parse.js";

export interface DensityCommandOptions extends FlowSolverOptions, FlowSourceOptions, TraceOptions {
  readonly data?: string;
  readonly out?: string;
  readonly picture?: string;
  readonly grid?: GridChoice;
}

export const densityCommand: CommandDefinition = {
  name: "density",
  summary: "log-densities of points under a flow",
  configure: (command, attach) => {
    command
      .description(
        "Solves from the data to the base distribution and follows the change of volume: log p of every point in nats, " +
          "in units of the data. Over a grid it draws the density and says what it integrates to.",
      )
      .argument("<flow.onnx>", "a flow of `train`, or any field with --span and --base")
      .optionsGroup("Options:")
      .option("--data <file>", "points: FILE.csv or FILE.safetensors[:KEY]")
      .addOption(
        pointsOutOption(
          "where to write points and log-densities: FILE.csv (column log_density), or FILE.safetensors (keys x, log_density)",
        ),
      )
      .addOption(pictureOption("draw the density over a grid: FILE.svg or FILE.png; 2 columns only"))
      .addOption(
        parsed(
          "--grid <low,high[,cells]>",
          "a square region, and cells along its side (default: around the data, 100 cells)",
          parseGrid,
        ),
      );
    addSolverOptions(command);
    addTraceOptions(command);
    addSourceOptions(command);
    addExamples(command, [
      "density flow.onnx --data points.csv --out densities.csv",
      "density flow.onnx --data points.safetensors:x --picture density.png",
      "density flow.onnx --grid -4,4,50 --picture density.svg --json",
      "density flow.onnx --data points.csv --method rk4 --steps 8",
    ]);
    attach(command, async () => (await import("./job.js")).densityJob);
  },
};
