import { describe, expect, it } from "vitest";
import { reproduceTable } from "../../../src/cli/commands/reproduce/table.js";
import { trainTable } from "../../../src/cli/commands/train/table.js";
import { buildProgram } from "../../../src/cli/program.js";
import { createOutput } from "../../../src/cli/terminal/output.js";
import { shellQuoted } from "../../../src/cli/terminal/shell.js";
import { densities } from "../../../src/data/index.js";
import { presets } from "../../../src/experiments/internal.js";
import { fitTable } from "../../../src/hypersolver/internal.js";
import { activations } from "../../../src/nn/index.js";
import { tableaus } from "../../../src/ode/index.js";
import { methodAliases } from "../../../src/ode/methods/tableaus/names.js";
import { methodNames } from "../../../src/ode/specs.js";
import { helpOf } from "../../../src/spec/internal.js";

const program = buildProgram(createOutput(process), () => {});

describe("tables, which load none of the library, agree with it", () => {
  it("on names", () => {
    expect(methodNames).toEqual(Object.keys(tableaus));
    for (const { name, aliases } of Object.values(tableaus))
      expect(methodAliases).toHaveProperty(name, aliases);
    expect(reproduceTable.preset.of).toEqual(presets);
    for (const name of Object.keys(densities)) expect(helpOf(trainTable.data)).toContain(name);
    expect([...trainTable.activation.of].sort()).toEqual(Object.keys(activations).sort());
    for (const name of methodNames) expect(helpOf(fitTable.base)).toContain(name);
  });
});

describe("every command", () => {
  it.each(
    program.commands
      .filter((command) => command.name() !== "help")
      .map((command) => [command.name(), command] as const),
  )("%s has the common options and a summary", (name, command) => {
    const options = command.options.map(({ long }) => long);
    for (const option of ["--json", "--quiet", "--color"]) expect(options).toContain(option);
    const computes = !["data", "info", "completion"].includes(name);
    for (const option of ["--device", "--threads"]) expect(options.includes(option)).toBe(computes);
    // Seeds of jobs are in their specs.
    expect(options.includes("--seed")).toBe(computes && !["sweep", "worker"].includes(name));
    expect(command.summary()).not.toBe("");
    const headings = [...command.helpInformation().matchAll(/^(\S.*):$/gm)].map(([, heading]) => heading);
    expect(headings.filter((heading) => heading !== "Commands").at(-1)).toBe("Common options");
  });
});

describe("the repeatable command line", () => {
  it("quotes what a shell would take apart", () => {
    expect(shellQuoted(["fit", "my field.onnx", "--span", "0,1", "it's"])).toBe(
      "fit 'my field.onnx' --span 0,1 'it'\\''s'",
    );
  });
});
