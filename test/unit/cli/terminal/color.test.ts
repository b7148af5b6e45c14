import { stripVTControlCharacters } from "node:util";
import { describe, expect, it, test } from "vitest";
import { colorChoiceIn, inColor, isColored } from "../../../../src/cli/terminal/color.js";
import { createOutput } from "../../../../src/cli/terminal/output.js";

const terminal = { isTTY: true };
const pipe = {};

describe("color", () => {
  test.each([
    ["auto", terminal, {}, true],
    ["auto", pipe, {}, false],
    ["auto", terminal, { NO_COLOR: "1" }, false],
    ["auto", terminal, { NO_COLOR: "" }, true],
    ["auto", terminal, { TERM: "dumb" }, false],
    ["auto", pipe, { FORCE_COLOR: "1" }, true],
    ["auto", terminal, { FORCE_COLOR: "0" }, false],
    ["auto", pipe, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
    ["always", pipe, { NO_COLOR: "1" }, true],
    ["never", terminal, { FORCE_COLOR: "1" }, false],
  ] as const)("%s, %o, %o: %s", (choice, stream, environment, colored) => {
    expect(isColored(choice, stream, environment)).toBe(colored);
  });

  it("is what the command line says last", () => {
    expect(colorChoiceIn(["solve", "--color", "always"])).toBe("always");
    expect(colorChoiceIn(["solve", "--color=always", "--color=never"])).toBe("never");
    expect(colorChoiceIn(["solve", "--color"])).toBe("auto");
    expect(colorChoiceIn(["solve", "--color", "pink"])).toBe("auto");
  });

  it("marks errors, warnings, headings and the row that counts, and changes no word", () => {
    const text = [
      "error: USAGE: no",
      "  help: yes",
      "warning: far",
      "Examples:",
      "  heun  4",
      "› hyper  1",
      "  ──  ──",
    ].join("\n");
    expect(stripVTControlCharacters(inColor(text))).toBe(text);
    const [error, help, warning, heading, plain, row, rule] = inColor(text).split("\n");
    for (const line of [error, help, warning, heading, row, rule]) expect(line).toContain("\u001b[");
    expect(plain).toBe("  heun  4");
    expect(error).toMatch(/ no$/);
  });

  it("of ours is not escaped, that of file names is", () => {
    const lines: string[] = [];
    const stream = { write: (text: string) => lines.push(text) } as unknown as NodeJS.WritableStream;
    const output = createOutput({ stdout: stream, stderr: stream }, { stdout: inColor, stderr: inColor });
    output.warn("\u001b[31m.csv");
    expect(lines[0]).toContain("\u001b[");
    expect(stripVTControlCharacters(lines[0] ?? "")).toBe("warning: \\u001b[31m.csv\n");
  });
});
