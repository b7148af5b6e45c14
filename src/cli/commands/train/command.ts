import type { Command } from "commander";
import type { FlowTraining } from "../../../experiments/index.js";
import type { ActivationName } from "../../../nn/index.js";
import type { CommandDefinition } from "../../command.js";
import { addTraceOptions, baseForms, type TraceOptions } from "../../options/flow-options.js";
import { addExamples, parsed, type SharedOptions } from "../../options/options.js";
import {
  parseBase,
  parseChoice,
  parseCount,
  parseCounts,
  parseNonNegative,
  parsePositive,
} from "../../options/parse.js";

export interface TrainCommandOptions extends SharedOptions, TraceOptions {
  readonly objective: FlowTraining;
  readonly iterations?: number;
  readonly batch?: number;
  readonly lr?: number;
  readonly hidden?: readonly number[];
  readonly activation?: ActivationName;
  readonly base?: string;
  readonly depth: boolean;
  readonly tolerance?: number;
  readonly gradient?: GradientName;
  readonly seminorm?: boolean;
  readonly kinetic?: number;
  readonly frobenius?: number;
  readonly validations?: number;
  readonly out?: string;
  readonly resume?: boolean;
  readonly figures: boolean;
}

// The same lists and defaults as in the layers below, which are not loaded for help; a test compares them.

export const densityNames: readonly string[] = [
  ...["pinwheel", "rings", "checkerboard", "circles", "8-gaussians", "two-spirals", "moons", "swiss-roll"],
];
export const trainingNames: readonly FlowTraining[] = ["flow-matching", "maximum-likelihood", "both"];
export const gradientNames = ["discrete", "continuous"] as const;
export type GradientName = (typeof gradientNames)[number];
export const networkActivationNames: readonly ActivationName[] = [
  ...(["identity", "tanh", "relu", "sigmoid", "softplus", "silu", "gelu", "elu"] as const),
];

export const trainCommand: CommandDefinition = {
  name: "train",
  summary: "train a continuous normalizing flow on data",
  configure: (command, attach) => {
    command
      .description(
        "Trains a vector field that carries a simple base distribution to the data, and writes flow.onnx, " +
          "metrics.json, figures and report.html. flow.onnx goes to `sample` and `density`, and as a field to `fit`, " +
          "`solve` and `compare`. Ctrl-C keeps the best flow so far; --resume goes on from the last checkpoint.",
      )
      .argument(
        "<data>",
        `points: FILE.csv, FILE.safetensors[:KEY], or a density: ${densityNames.join(", ")}`,
      );
    addTaskOptions(command);
    addLikelihoodOptions(command);
    addExamples(command, [
      "train pinwheel --out runs/pinwheel",
      "train points.csv --out runs/points --iterations 5000 --hidden 64,64",
      "train rings --objective both --base student-t:5 --out runs/rings --no-figures",
      "train points.safetensors:x --objective maximum-likelihood --iterations 300 --gradient continuous --seminorm",
    ]);
    attach(command, async () => (await import("./job.js")).trainJob);
  },
};

function addTaskOptions(command: Command): void {
  command
    .optionsGroup("What to train:")
    .option("--out <folder>", "where to write (default: runs/DATA)")
    .addOption(
      parsed(
        "--objective <name>",
        "flow-matching solves nothing and is quick; maximum-likelihood solves in every iteration, some hundred times " +
          "slower; both: after the first, a two-hundredth as many iterations of the second",
        (option, text) => parseChoice(option, text, trainingNames),
      ).default("flow-matching", "flow-matching"),
    )
    .addOption(
      parsed(
        "--iterations <n>",
        "training iterations (default: 20000; 1000 for maximum-likelihood)",
        parseCount,
      ),
    )
    .addOption(parsed("--batch <n>", "points a mini-batch (default: 512)", parseCount))
    .addOption(
      parsed(
        "--lr <x>",
        "first learning rate of Adam; falls by a half cosine (default: 0.01; 0.001 for maximum-likelihood)",
        parsePositive,
      ),
    )
    .addOption(parsed("--hidden <n,…>", "widths of the hidden layers (default: 128,128,128)", parseCounts))
    .addOption(
      parsed("--activation <name>", `${networkActivationNames.join(", ")} (default: silu)`, (option, text) =>
        parseChoice(option, text, networkActivationNames),
      ),
    )
    .addOption(parsed("--base <name>", `base distribution: ${baseForms} (default: normal)`, parseBase))
    .option("--no-depth", "a field that does not see s; with flow-matching it learns less")
    .addOption(
      parsed("--validations <n>", "how often to validate and write a checkpoint (default: 24)", parseCount),
    )
    .option("--resume", "go on from OUT/checkpoint.safetensors, with the options of the run that wrote it")
    .option("--no-figures", "draw no figures and write no report");
}

function addLikelihoodOptions(command: Command): void {
  command
    .optionsGroup("How to solve for maximum likelihood:")
    .addOption(parsed("--tolerance <x>", "rtol = atol of dopri5 in training (default: 1e-5)", parsePositive))
    .addOption(
      parsed(
        "--gradient <name>",
        "discrete: exact, memory for every step; continuous: solves the adjoint equation, memory for one (default: discrete)",
        (option, text) => parseChoice(option, text, gradientNames),
      ),
    )
    .option("--seminorm", "with --gradient continuous: error control leaves parameters out, fewer steps");
  addTraceOptions(command);
  command
    .addOption(parsed("--kinetic <x>", "weight of ∫‖f‖² ds in the loss (default: 0)", parseNonNegative))
    .addOption(
      parsed("--frobenius <x>", "weight of ∫‖∂f/∂z‖² ds in the loss (default: 0)", parseNonNegative),
    );
}
