import { describe, expect, test } from "vitest";
import { sampleOwnTable } from "../../../src/cli/commands/sample/table.js";
import { fieldTable } from "../../../src/cli/options/field-table.js";
import { textExpectation, valueOfText } from "../../../src/spec/internal.js";
import type { Kind } from "../../../src/spec/kind.js";
import { textOfValue } from "../../../src/spec/text.js";

const count: Kind = { type: "integer", min: 1, max: 1000 };
const integer: Kind = { type: "integer", min: -10, max: 10 };
const span: Kind = { type: "span" };
const range: Kind = { type: "range", nullable: true };

describe("text of a command line as", () => {
  test.each<[string, Kind, string, unknown]>([
    ["a count", count, "12", 12],
    ["an integer", integer, "-3", -3],
    ["a tolerance", { type: "number", min: 0 }, "0", 0],
    ["a rate", { type: "number", above: 0 }, "3e-2", 0.03],
    ["numbers", { type: "list", of: { type: "number" } }, "-1,0, 0.5", [-1, 0, 0.5]],
    ["widths", { type: "list", of: count }, "64,32", [64, 32]],
    ["names", { type: "list", of: { type: "text" } }, "z, stages", ["z", "stages"]],
    ["a span", span, "0,1", [0, 1]],
    ["a span backwards", span, "1,0", [1, 0]],
    ["a span of zero length", span, "2,2", [2, 2]],
    ["a range", range, "0.1,0.5", [0.1, 0.5]],
    ["no range", range, "none", null],
    ["a choice", { type: "choice", of: ["residual", "both"] }, "both", "both"],
    ["a file of points", sampleOwnTable.out, "b/c.CSV", "b/c.CSV"],
    [
      "an assignment whose value has equal signs",
      fieldTable.input,
      "x=a=b.safetensors:x",
      { x: "a=b.safetensors:x" },
    ],
    ["roles", fieldTable.inputMap, "z=x0,s=t,dz=/out/Add", { z: "x0", s: "t", dz: "/out/Add" }],
  ])("%s", (_, kind, text, value) => {
    expect(valueOfText(kind, text)).toEqual(value);
  });

  test.each<[string, Kind, readonly string[], string]>([
    [
      "a count",
      count,
      ["0", "-1", "1.5", "", " ", "two", "Infinity", "NaN", "1,2", "12px", "1001", "1e9"],
      "a positive integer, at most 1000",
    ],
    ["a tolerance", { type: "number", min: 0 }, ["-1e-3"], "a number, at least 0"],
    ["a rate", { type: "number", above: 0 }, ["0"], "a number above 0"],
    ["an integer", integer, ["1.5", "11"], "an integer from -10 to 10"],
    [
      "widths",
      { type: "list", of: count },
      ["", "64,", "64,,64", "64,-1", "64,1.5"],
      "positive integers up to 1000 between commas, such as 64,64",
    ],
    ["names", { type: "list", of: { type: "text" } }, ["z,,s"], "names between commas"],
    [
      "tolerances",
      { type: "list", of: { type: "number", above: 0 } },
      ["1e-3,0"],
      "numbers above 0 between commas, such as 1e-3,1e-5",
    ],
    ["a span", span, ["0", "0,1,2", "a,b", "0;1", ","], "two numbers t0,t1, such as 0,1"],
    ["a range", range, ["0,1", "0.5,0.1", "0.1", "no"], "two numbers low,high with 0 < low <= high, or none"],
    ["a choice", { type: "choice", of: ["residual", "both"] }, ["Both", ""], "one of residual, both"],
    [
      "a picture",
      sampleOwnTable.picture,
      ["", "a", "a.jpg", ".svg"],
      "the name of a file that ends in .svg or .png",
    ],
    [
      "an assignment",
      fieldTable.input,
      ["x", "=f", "x="],
      "a control and its file, number or distribution, such as x=data.safetensors:x, w=3.0 or y=uniform:0,9",
    ],
    ["roles", fieldTable.inputMap, ["q=x0", "z"], "roles with names, such as z=x0,s=t,dz=velocity"],
  ])("%s is refused where it means none, in words", (_, kind, texts, expected) => {
    expect(texts.map((text) => valueOfText(kind, text))).toEqual(texts.map(() => undefined));
    expect(textExpectation(kind)).toBe(expected);
  });
});

test("small numbers are written as people write them", () => {
  expect([1e-6, 0.03, 5e-4, 0, 512].map((value) => textOfValue({ type: "number" }, value))).toEqual([
    "1e-6",
    "0.03",
    "5e-4",
    "0",
    "512",
  ]);
});
