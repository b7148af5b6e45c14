import type { FloatDType } from "../../../tensor/index.js";
import type { CommandDefinition } from "../../command.js";
import { fieldTable } from "../../options/field-table.js";
import type { MethodOptions } from "../../options/method.js";
import {
  addExamples,
  type FieldOptions,
  methodOption,
  parsed,
  type SharedOptions,
  spanOption,
  statesOption,
} from "../../options/options.js";
import {
  parseChoice,
  parseCount,
  parseNonNegative,
  parseNumbers,
  parseSampleCount,
  type StatesChoice,
} from "../../options/parse.js";
import { addTable } from "../../options/table-options.js";

export interface SolveCommandOptions extends SharedOptions, FieldOptions, MethodOptions {
  readonly precision?: FloatDType;
  readonly span?: readonly [number, number];
  readonly times?: readonly number[];
  readonly states: StatesChoice;
  readonly samples: number;
  readonly out?: string;
  readonly keepPartial?: boolean;
}

/** The element types that a field can be computed in. */
export const precisionNames: readonly FloatDType[] = ["float32", "float64"];

export const solveCommand: CommandDefinition = {
  name: "solve",
  summary: "solve a field from initial states",
  configure: (command, attach) => {
    command
      .description(
        "Solves dz/ds = f(s, z, x) for a batch of initial states. --steps takes equal steps; without it the steps " +
          "follow --rtol and --atol. With --correction the method is the correction's base plus its learned term.",
      )
      .argument("<field.onnx>", "the vector field")
      .optionsGroup("Options:")
      .option("--correction <file>", "a correction that `fit` made; gives method, and default span and steps")
      .addOption(methodOption(" (default: dopri5)"))
      .addOption(
        parsed("--steps <k>", "number of equal steps over the span, or between two times", parseCount),
      )
      .addOption(parsed("--rtol <x>", "relative tolerance of a step (default: 1e-7)", parseNonNegative))
      .addOption(parsed("--atol <x>", "absolute tolerance of a step (default: 1e-9)", parseNonNegative))
      .addOption(parsed("--max-steps <n>", "attempted steps before giving up (default: 100000)", parseCount))
      .addOption(
        parsed(
          "--precision <type>",
          "float32 or float64, for f and states (default: as the field)",
          (option, text) => parseChoice(option, text, precisionNames),
        ),
      )
      .addOption(spanOption())
      .addOption(
        parsed(
          "--times <t0,t1,…>",
          "times of the wanted states, instead of --span; states start at t0",
          parseNumbers,
        ),
      )
      .addOption(statesOption().makeOptionMandatory())
      .addOption(
        parsed("--samples <n>", "how many states to draw with normal or uniform", parseSampleCount).default(
          16,
        ),
      )
      .option(
        "--out <file>",
        "where to write the states (safetensors): key z, [batch, …] with --span, [times, batch, …] with --times",
      )
      .option("--keep-partial", "when the solve fails, write the times that were reached and key last_good");
    addTable(command, fieldTable);
    addExamples(command, [
      "solve field.onnx --span 0,1 --states z0.safetensors --out z1.safetensors",
      "solve field.onnx --span 0,1 --states z0.safetensors --method tsit5@1e-4",
      "solve field.onnx --span 1,0 --states normal --samples 100 --method rk4:8",
      "solve field.onnx --times 0,0.5,1 --states z0.safetensors:z --out path.safetensors",
      "solve field.onnx --correction correction.onnx --steps 2 --states z0.safetensors --out z1.safetensors",
      "solve controlled.onnx --span 0,1 --states data.safetensors:z --input x=data.safetensors:x --json",
    ]);
    attach(command, async () => (await import("./job.js")).solveJob);
  },
};
