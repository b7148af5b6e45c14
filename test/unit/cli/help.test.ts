import { describe, expect, it } from "vitest";
import { imageSetNames } from "../../../src/cli/commands/data/command.js";
import { reproduceTable } from "../../../src/cli/commands/reproduce/table.js";
import { trainTable } from "../../../src/cli/commands/train/table.js";
import { machineTable, traceTable } from "../../../src/cli/options/tables.js";
import { buildProgram } from "../../../src/cli/program.js";
import { createOutput } from "../../../src/cli/terminal/output.js";
import { shellQuoted } from "../../../src/cli/terminal/shell.js";
import { densities } from "../../../src/data/index.js";
import { datasetNames } from "../../../src/datasets/index.js";
import {
  flowDefaults,
  flowTrainings,
  MATCHING_PER_LIKELIHOOD,
  presets,
} from "../../../src/experiments/internal.js";
import { fitTable } from "../../../src/hypersolver/internal.js";
import { TRAINING_TOLERANCES } from "../../../src/models/flow/maximum-likelihood.js";
import { noiseKinds } from "../../../src/models/flow/noise.js";
import { FLOW_TOLERANCES } from "../../../src/models/internal.js";
import { activations } from "../../../src/nn/index.js";
import { tableaus } from "../../../src/ode/index.js";
import { methodNames } from "../../../src/ode/specs.js";
import { devices } from "../../../src/runtime/index.js";
import { helpOf } from "../../../src/spec/internal.js";

const program = buildProgram(createOutput(process), () => {});

describe("tables, which load none of the library, agree with it", () => {
  it("on names", () => {
    expect(methodNames).toEqual(Object.keys(tableaus));
    expect(machineTable.device.of).toEqual(devices);
    expect(reproduceTable.preset.of).toEqual(presets);
    expect(imageSetNames).toEqual(datasetNames);
    for (const name of Object.keys(densities)) expect(trainTable.data.help).toContain(name);
    expect(trainTable.objective.of).toEqual(flowTrainings);
    expect(traceTable.noise.of).toEqual(noiseKinds);
    expect([...trainTable.activation.of].sort()).toEqual(Object.keys(activations).sort());
    for (const name of methodNames) expect(helpOf(fitTable.base)).toContain(name);
  });

  const descriptions = (name: string) => {
    const found = program.commands.find((command) => command.name() === name);
    return (long: string): string => found?.options.find((option) => option.long === long)?.description ?? "";
  };

  it("on the defaults of train", () => {
    const described = descriptions("train");
    const { iterations, learningRate, batch, hidden, activation, validations } = flowDefaults;
    const both = (numbers: Readonly<Record<string, number>>): string =>
      `(default: ${numbers["flow-matching"]}; ${numbers["maximum-likelihood"]} for maximum-likelihood)`;
    expect(described("--iterations")).toContain(both(iterations));
    expect(described("--lr")).toContain(both(learningRate));
    expect(trainTable.batch.default).toBe(batch);
    expect(trainTable.hidden.default).toEqual(hidden);
    expect(trainTable.activation.default).toBe(activation);
    expect(trainTable.validations.default).toBe(validations);
    expect(Number(/default: (.*)\)/.exec(described("--tolerance"))?.[1])).toBe(TRAINING_TOLERANCES.rtol);
    expect([MATCHING_PER_LIKELIHOOD, described("--objective")]).toEqual([
      200,
      expect.stringContaining("a two-hundredth as many"),
    ]);
  });

  it.each(["sample", "density"])("on the tolerances of %s", (name) => {
    const described = descriptions(name);
    for (const option of ["--rtol", "--atol"])
      expect(Number(/default: (.*)\)/.exec(described(option))?.[1])).toBe(FLOW_TOLERANCES.rtol);
  });
});

describe("every command", () => {
  it.each(
    program.commands
      .filter((command) => command.name() !== "help")
      .map((command) => [command.name(), command] as const),
  )("%s has the common options and a summary", (_, command) => {
    const options = command.options.map(({ long }) => long);
    for (const option of ["--json", "--quiet", "--seed", "--device", "--threads"])
      expect(options).toContain(option);
    expect(command.summary()).not.toBe("");
  });
});

describe("the repeatable command line", () => {
  it("quotes what a shell would take apart", () => {
    expect(shellQuoted(["fit", "my field.onnx", "--span", "0,1", "it's"])).toBe(
      "fit 'my field.onnx' --span 0,1 'it'\\''s'",
    );
  });
});
