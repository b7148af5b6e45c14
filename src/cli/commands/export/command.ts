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
import { parseCount, type StatesChoice } from "../../options/parse.js";
import { addTable } from "../../options/table-options.js";

export interface ExportCommandOptions
  extends SharedOptions,
    FieldOptions,
    Pick<MethodOptions, "method" | "correction" | "steps"> {
  readonly span?: readonly [number, number];
  readonly states: StatesChoice;
  readonly out: string;
}

export const exportCommand: CommandDefinition = {
  name: "export",
  summary: "write field, correction and steps as one ONNX file",
  configure: (command, attach) => {
    command
      .description(
        "Writes the whole solve as one ONNX file with standard operators: input z0 (and the field's controls), " +
          "output z1, any batch size. The file carries golden vectors, which `info` checks.",
      )
      .argument("<field.onnx>", "the vector field")
      .optionsGroup("Options:")
      .option("--correction <file>", "a correction that `fit` made; gives method, and default span and steps")
      .addOption(methodOption())
      .addOption(parsed("--steps <k>", "number of equal steps over the span", parseCount))
      .addOption(spanOption())
      .addOption(statesOption("; a few become golden vectors").default({ kind: "normal" }, "normal"))
      .requiredOption("--out <file>", "the ONNX file to write");
    addTable(command, fieldTable);
    addExamples(command, [
      "export field.onnx --correction correction.onnx --out solver.onnx",
      "export field.onnx --correction correction.onnx --steps 2 --span 0,1 --out solver.onnx",
      "export field.onnx --method rk4:4 --span 0,1 --out rk4.onnx",
    ]);
    attach(command, async () => (await import("./job.js")).exportJob);
  },
};
