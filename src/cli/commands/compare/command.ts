import type { CommandDefinition } from "../../command.js";
import { fieldTable } from "../../options/field-table.js";
import {
  addExamples,
  type FieldOptions,
  parsed,
  type SharedOptions,
  spanOption,
  statesOption,
} from "../../options/options.js";
import { parseCounts, parsePositives, parseSampleCount, type StatesChoice } from "../../options/parse.js";
import { addTable } from "../../options/table-options.js";

export interface CompareCommandOptions extends SharedOptions, FieldOptions {
  readonly correction?: string;
  readonly methods?: string;
  readonly span?: readonly [number, number];
  readonly states: StatesChoice;
  readonly samples?: number;
  readonly budget?: readonly number[];
  readonly tolerances?: readonly number[];
  readonly out?: string;
}

export const compareCommand: CommandDefinition = {
  name: "compare",
  summary: "measure every method on one field: error against cost",
  configure: (command, attach) => {
    command
      .description(
        "Solves the same states with every fixed-step method, the hypersolver and dopri5, and compares the ends " +
          "with dopri5 at tolerance 1e-8 in float64 (images: 1e-6 in float32, its own error stated). Costs: evaluations of f, multiply-accumulates, milliseconds.",
      )
      .argument("<field.onnx>", "the vector field")
      .optionsGroup("Options:")
      .option("--correction <file>", "a correction that `fit` made, to be compared with the rest")
      .option(
        "--methods <method,…>",
        "these alone: heun:4,dopri5@1e-5,hyper:FILE:2 (default: every fixed method at every budget, dopri5, the correction)",
      )
      .addOption(spanOption(" (default with a correction: its own)"))
      .addOption(
        statesOption("; a file is used from its held-out fifth").default({ kind: "normal" }, "normal"),
      )
      .addOption(
        parsed(
          "--samples <n>",
          "how many states to measure on (default: 2000; images: 64)",
          parseSampleCount,
        ),
      )
      .addOption(
        parsed(
          "--budget <n,…>",
          "evaluations of f that fixed methods may spend (default: 1,2,4,8,16)",
          parseCounts,
        ),
      )
      .addOption(
        parsed("--tolerances <x,…>", "tolerances of dopri5 to compare (default: 1e-3,1e-5)", parsePositives),
      )
      .option("--out <folder>", "also write comparison.json and the figure (SVG, PNG) there");
    addTable(command, fieldTable);
    addExamples(command, [
      "compare field.onnx --span 0,1 --states normal",
      "compare field.onnx --correction correction.onnx --samples 500 --budget 2,4,8 --out comparison",
      "compare field.onnx --span 0,1 --methods heun:4,rk4:2,dopri5@1e-3,hyper:correction.onnx:2",
      "compare field.onnx --span 0,1 --states uniform:-1,1 --tolerances 1e-2,1e-4 --json",
    ]);
    attach(command, async () => (await import("./job.js")).compareJob);
  },
};
