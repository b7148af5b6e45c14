import type { CommandDefinition } from "../../command.js";
import {
  addSolverOptions,
  addSourceOptions,
  type FlowSolverOptions,
  type FlowSourceOptions,
  pictureOption,
  pointsOutOption,
} from "../../options/flow-options.js";
import { addExamples, parsed } from "../../options/options.js";
import { parseSampleCount } from "../../options/parse.js";

export interface SampleCommandOptions extends FlowSolverOptions, FlowSourceOptions {
  readonly count: number;
  readonly out?: string;
  readonly picture?: string;
}

export const sampleCommand: CommandDefinition = {
  name: "sample",
  summary: "draw samples from a flow",
  configure: (command, attach) => {
    command
      .description(
        "Draws from the base distribution and carries the draws to the data, by dopri5 at tolerance 1e-5, by equal " +
          "steps of a method, or by a correction.",
      )
      .argument("<flow.onnx>", "a flow of `train`, or any field with --span and --base")
      .optionsGroup("Options:")
      .addOption(parsed("--count <n>", "how many samples", parseSampleCount).default(1000))
      .addOption(
        pointsOutOption("where to write them: FILE.csv, or FILE.safetensors (key x); default: nowhere"),
      )
      .addOption(pictureOption("draw their density: FILE.svg or FILE.png; 2 columns only"));
    addSolverOptions(command);
    addSourceOptions(command);
    addExamples(command, [
      "sample flow.onnx --count 5000 --out samples.csv --picture samples.png",
      "sample flow.onnx --correction correction.onnx --out samples.safetensors",
      "sample flow.onnx --method heun --steps 8 --seed 1 --json",
      "sample field.onnx --span 0,1 --base normal --count 100",
    ]);
    attach(command, async () => (await import("./job.js")).sampleJob);
  },
};
