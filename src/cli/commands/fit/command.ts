import type { Command } from "commander";
import type {
  ConvActivation,
  ConvArchitectureName,
  CorrectionInput,
  FitDirection,
  FitLoss,
} from "../../../hypersolver/index.js";
import type { CommandDefinition } from "../../command.js";
import {
  addExamples,
  addFieldOptions,
  type FieldOptions,
  methodNames,
  parsed,
  type SharedOptions,
  spanOption,
  statesOption,
} from "../../options/options.js";
import {
  parseChoice,
  parseCount,
  parseCounts,
  parseNames,
  parseNonNegative,
  parsePositive,
  parseRangeOrNone,
  parseSampleCount,
  type StatesChoice,
} from "../../options/parse.js";

export interface FitCommandOptions extends SharedOptions, FieldOptions {
  readonly base: string;
  readonly steps: number;
  readonly span?: readonly [number, number];
  readonly states?: StatesChoice;
  readonly logDensity?: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly loss?: FitLoss;
  readonly iterations?: number;
  readonly batch?: number;
  readonly hidden?: readonly number[];
  readonly activation?: ConvActivation;
  readonly architecture?: ConvArchitectureName;
  readonly kernels?: readonly number[];
  readonly trajectoryIterations?: number;
  readonly meshPoints?: number;
  readonly referenceMemory?: number;
  readonly finalLr?: number;
  readonly lr?: number;
  readonly weightDecay?: number;
  readonly inputs?: readonly CorrectionInput[];
  readonly features?: readonly string[];
  readonly epsilon?: readonly [number, number] | "none";
  readonly trajectories?: number;
  readonly referenceTolerance?: number;
  readonly pretrain?: number;
  readonly swapEvery?: number;
  readonly directions?: FitDirection;
  readonly detachField?: boolean;
  readonly samples?: number;
  readonly budget?: readonly number[];
  readonly figures: boolean;
}

// The same lists and defaults as in the layers below, which are not loaded for help; a test compares them.

export const lossNames: readonly FitLoss[] = ["residual", "trajectory", "both"];
export const directionNames: readonly FitDirection[] = ["forward", "both"];
export const inputNames: readonly CorrectionInput[] = [
  ...(["z", "stages", "epsilon", "s", "x", "z0", "features"] as const),
];
export const activationNames: readonly ConvActivation[] = [
  ...(["identity", "tanh", "relu", "sigmoid", "softplus", "silu", "gelu", "elu", "prelu"] as const),
  "channel-prelu",
];
export const architectureNames: readonly ConvArchitectureName[] = [
  ...(["mnist-paper", "cifar10-paper", "mnist-notebook", "mnist-midpoint-notebook"] as const),
  ...(["cifar10-notebook", "features"] as const),
];

export const fitCommand: CommandDefinition = {
  name: "fit",
  summary: "train a correction g for a field",
  configure: (command, attach) => {
    command
      .description(
        "Solves reference trajectories, trains a correction of a base method on them, measures it on states it has " +
          "not seen, and writes correction.onnx, solver.onnx, metrics.json, figures and report.html. " +
          "Ctrl-C keeps the best correction so far; --resume goes on from there.",
      )
      .argument("<field.onnx>", "the vector field");
    addTaskOptions(command);
    addTrainingOptions(command);
    addScheduleOptions(command);
    addImageOptions(command);
    addFieldOptions(command);
    addExamples(command, [
      "fit field.onnx --base heun --steps 1 --span 0,1 --states normal --out run",
      "fit field.onnx --base euler --steps 4 --states states.safetensors:z --iterations 3000 --hidden 64,64 --json",
      "fit field.onnx --base midpoint --steps 2 --states uniform:-2,2 --loss both --epsilon none --no-figures",
      "fit controlled.onnx --base heun --steps 2 --states data.safetensors:z --input x=data.safetensors:x " +
        "--inputs z,stages,epsilon,x",
      "fit images.onnx --base euler --steps 10 --states encoded.safetensors:z --architecture mnist-paper " +
        "--trajectory-iterations 50",
      "fit flow.onnx --base midpoint --steps 1 --epsilon none",
      "fit flow.onnx --base midpoint --steps 1 --epsilon none --log-density points.csv --out densities",
    ]);
    attach(command, async () => (await import("./job.js")).fitJob);
  },
};

function addTaskOptions(command: Command): void {
  command
    .optionsGroup("What to fit:")
    .requiredOption("--base <method>", `the method to correct: ${methodNames.join(", ")}`)
    .addOption(
      parsed(
        "--steps <k>",
        "equal steps over the span that it is meant for",
        parseCount,
      ).makeOptionMandatory(),
    )
    .addOption(spanOption(" (default: 0,1)"))
    .addOption(
      statesOption("; a fifth of a file is held out (default, for a flow of `train` alone: its base)"),
    )
    .option(
      "--log-density <data>",
      "for flows: correct points and log-densities together, from data to base, for `density --correction`; learns on " +
        "FILE.csv, FILE.safetensors[:KEY] or a density by name",
    )
    .option("--out <folder>", "where to write (default: runs/FIELD)")
    .addOption(
      parsed("--samples <n>", "held-out states to measure on (default: 2000; images: 64)", parseSampleCount),
    )
    .addOption(
      parsed(
        "--budget <n,…>",
        "evaluations of f to compare methods at (default: 1,2,4,8,16,32)",
        parseCounts,
      ),
    )
    .option("--resume", "go on from OUT/checkpoint.safetensors, with the options of the run that wrote it")
    .option("--no-figures", "draw no figures and write no report");
}

function addTrainingOptions(command: Command): void {
  command
    .optionsGroup("How to fit:")
    .addOption(
      parsed("--loss <name>", `${lossNames.join(", ")} (default: residual)`, (option, text) =>
        parseChoice(option, text, lossNames),
      ),
    )
    .addOption(parsed("--iterations <n>", "training iterations (default: 16000)", parseCount))
    .addOption(
      parsed(
        "--trajectory-iterations <n>",
        "iterations of trajectory fitting after those (default: 0)",
        parseCount,
      ),
    )
    .addOption(parsed("--batch <n>", "rows a mini-batch (default: 512)", parseCount))
    .addOption(parsed("--hidden <n,…>", "widths of the hidden layers (default: 64,64,64)", parseCounts))
    .addOption(
      parsed("--activation <name>", `${activationNames.join(", ")} (default: silu)`, (option, text) =>
        parseChoice(option, text, activationNames),
      ),
    )
    .addOption(
      parsed("--lr <x>", "first learning rate; falls by a half cosine (default: 0.03)", parsePositive),
    )
    .addOption(parsed("--final-lr <x>", "last learning rate (default: 0)", parseNonNegative))
    .addOption(parsed("--weight-decay <x>", "AdamW's (default: 1e-6)", parseNonNegative))
    .addOption(
      parsed(
        "--inputs <names>",
        `what g sees, out of ${inputNames.join(",")} (default: z,stages,epsilon)`,
        (option, text) => parseNames(option, text).map((name) => parseChoice(option, name, inputNames)),
      ),
    )
    .addOption(
      parsed(
        "--features <names>",
        "intermediate tensors of the field that g sees as well; hidden: its last hidden layer",
        parseNames,
      ),
    );
}

function addScheduleOptions(command: Command): void {
  command
    .addOption(
      parsed(
        "--epsilon <lo,hi>",
        "further step sizes to learn, or none (default: half to twice the step)",
        parseRangeOrNone,
      ),
    )
    .addOption(
      parsed(
        "--trajectories <n>",
        "reference trajectories (default: enough for 65536 rows)",
        parseSampleCount,
      ),
    )
    .addOption(
      parsed(
        "--reference-tolerance <x>",
        "rtol = atol of the reference (default: from the step)",
        parsePositive,
      ),
    )
    .addOption(parsed("--pretrain <n>", "iterations on the first mini-batch alone (default: 0)", parseCount))
    .addOption(parsed("--swap-every <n>", "iterations before the next mini-batch (default: 1)", parseCount))
    .addOption(
      parsed(
        "--directions <name>",
        "forward, or both: learn every step backwards as well (default: forward)",
        (option, text) => parseChoice(option, text, directionNames),
      ),
    )
    .option("--detach-field", "stop gradients at f in trajectory losses, as the paper's code does");
}

function addImageOptions(command: Command): void {
  command
    .optionsGroup("For fields of images:")
    .addOption(
      parsed(
        "--architecture <name>",
        `${architectureNames.join(", ")} (default: features where f has a hidden layer for it, else mnist-paper)`,
        (option, text) => parseChoice(option, text, architectureNames),
      ),
    )
    .addOption(parsed("--kernels <n,…>", "sides of the kernels, one a layer", parseCounts))
    .addOption(parsed("--mesh-points <n>", "steps an iteration sees (default: all)", parseCount))
    .addOption(
      parsed("--reference-memory <MiB>", "reference states to keep (default: 512)", parseNonNegative),
    );
}
