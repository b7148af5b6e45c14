import type { CommandDefinition } from "../../command.js";
import { fieldTable } from "../../options/field-table.js";
import { addExamples } from "../../options/options.js";
import { addTable } from "../../options/table-options.js";

export const infoCommand: CommandDefinition = {
  name: "info",
  summary: "look into an ONNX file: field, flow, correction or solver",
  configure: (command, attach) => {
    command
      .description(
        "Shows inputs, outputs, operators (and which of them are not supported), parameters and costs of any ONNX " +
          "file; the facts of a flow; the validity card of a correction; and runs the self-test of an exported solver.",
      )
      .argument("<file.onnx>", "any ONNX model")
      .optionsGroup("Options:");
    addTable(command, fieldTable);
    addExamples(command, ["info field.onnx", "info correction.onnx --json", "info solver.onnx"]);
    attach(command, async () => (await import("./job.js")).infoJob);
  },
};
