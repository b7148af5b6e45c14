import { describe, expect, it } from "vitest";
import { activationNames, directionNames, inputNames, lossNames } from "../../../src/cli/commands/fit.js";
import { presetNames } from "../../../src/cli/commands/reproduce.js";
import { deviceNames, methodNames } from "../../../src/cli/options.js";
import { createOutput } from "../../../src/cli/output.js";
import { buildProgram, shellQuoted } from "../../../src/cli/program.js";
import { presets } from "../../../src/experiments/index.js";
import { correctionInputs, fitDefaults, fitDirections, fitLosses } from "../../../src/hypersolver/index.js";
import { activations } from "../../../src/nn/index.js";
import { tableaus } from "../../../src/ode/index.js";
import { devices } from "../../../src/runtime/index.js";

const program = buildProgram(createOutput(process), () => {});

describe("help, which loads none of the library, agrees with it", () => {
  it("on names", () => {
    expect(methodNames).toEqual(Object.keys(tableaus));
    expect(deviceNames).toEqual(devices);
    expect(inputNames).toEqual(correctionInputs);
    expect(lossNames).toEqual(fitLosses);
    expect(directionNames).toEqual(fitDirections);
    expect(presetNames).toEqual(presets);
    expect([...activationNames].sort()).toEqual([...Object.keys(activations), "prelu"].sort());
  });

  it("on the defaults of fit", () => {
    const fit = program.commands.find((command) => command.name() === "fit");
    const described = (long: string): string =>
      fit?.options.find((option) => option.long === long)?.description ?? "";
    const { hidden, inputs, learningRate, weightDecay } = fitDefaults;
    expect(described("--iterations")).toContain(`(default: ${fitDefaults.iterations})`);
    expect(described("--batch")).toContain(`(default: ${fitDefaults.batch})`);
    expect(described("--hidden")).toContain(`(default: ${hidden.join()})`);
    expect(described("--activation")).toContain(`(default: ${fitDefaults.activation})`);
    expect(described("--inputs")).toContain(`(default: ${inputs.join()})`);
    expect(described("--loss")).toContain(`(default: ${fitDefaults.loss})`);
    expect(described("--pretrain")).toContain(`(default: ${fitDefaults.pretrain})`);
    expect(described("--swap-every")).toContain(`(default: ${fitDefaults.swapEvery})`);
    expect(Number(/default: (.*)\)/.exec(described("--lr"))?.[1])).toBe(learningRate);
    expect(Number(/default: (.*)\)/.exec(described("--weight-decay"))?.[1])).toBe(weightDecay);
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
