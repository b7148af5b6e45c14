import { describe, expect, it } from "vitest";
import {
  parseAssignment,
  parseBase,
  parseChoice,
  parseCount,
  parseCounts,
  parseFileEnding,
  parseGrid,
  parseInputMap,
  parseInteger,
  parseNames,
  parseNonNegative,
  parseNumbers,
  parsePositive,
  parsePositives,
  parseRangeOrNone,
  parseSampleCount,
  parseSpan,
  parseStates,
} from "../../../../src/cli/options/parse.js";
import { UsageError } from "../../../../src/cli/options/usage-error.js";

/** What a parser says about a text that it refuses. */
function refusal(parse: () => unknown): UsageError["facts"] {
  try {
    parse();
  } catch (error) {
    if (error instanceof UsageError) return error.facts;
    throw error;
  }
  throw new Error("was accepted");
}

describe("numbers", () => {
  it("reads counts, integers, tolerances and rates", () => {
    expect(parseCount("--steps", "12")).toBe(12);
    expect(parseInteger("--seed", "-3")).toBe(-3);
    expect(parseNonNegative("--rtol", "0")).toBe(0);
    expect(parsePositive("--lr", "3e-2")).toBe(0.03);
  });

  it.each(["0", "-1", "1.5", "", " ", "two", "Infinity", "NaN", "1,2", "12px"])(
    "refuses %j as a count",
    (text) => {
      expect(refusal(() => parseCount("--steps", text))).toMatchObject({
        option: "--steps",
        expected: "a positive integer",
        received: JSON.stringify(text),
      });
    },
  );

  it("refuses more samples than any memory holds, with the bound", () => {
    expect(parseSampleCount("--samples", "1e7")).toBe(1e7);
    for (const text of ["1e10", "10000001", "0", "2.5"])
      expect(refusal(() => parseSampleCount("--samples", text))).toMatchObject({
        option: "--samples",
        expected: "a positive integer, at most 10000000",
      });
  });

  it("refuses negative tolerances and zero rates", () => {
    expect(refusal(() => parseNonNegative("--rtol", "-1e-3")).expected).toBe("a number, at least 0");
    expect(refusal(() => parsePositive("--lr", "0")).expected).toBe("a number above 0");
    expect(refusal(() => parseInteger("--seed", "1.5")).expected).toBe("an integer");
  });
});

describe("lists", () => {
  it("reads numbers between commas", () => {
    expect(parseNumbers("--times", "-1,0, 0.5")).toEqual([-1, 0, 0.5]);
    expect(parseCounts("--hidden", "64,32")).toEqual([64, 32]);
    expect(parsePositives("--tolerances", "1e-3,1e-5")).toEqual([1e-3, 1e-5]);
    expect(parseNames("--inputs", "z, stages")).toEqual(["z", "stages"]);
  });

  it.each(["", "64,", "64,,64", "64,-1", "64,1.5"])("refuses %j as widths", (text) => {
    expect(refusal(() => parseCounts("--hidden", text)).option).toBe("--hidden");
  });

  it("refuses empty names and tolerances of zero", () => {
    expect(refusal(() => parseNames("--inputs", "z,,s")).received).toBe('"z,,s"');
    expect(refusal(() => parsePositives("--tolerances", "1e-3,0")).option).toBe("--tolerances");
  });
});

describe("spans and ranges", () => {
  it("reads spans forwards, backwards, negative and of zero length", () => {
    expect(["0,1", "1,0", "-1,1", "2,2"].map((text) => parseSpan("--span", text))).toEqual([
      [0, 1],
      [1, 0],
      [-1, 1],
      [2, 2],
    ]);
  });

  it.each(["0", "0,1,2", "a,b", "0;1", ","])("refuses %j", (text) => {
    expect(refusal(() => parseSpan("--span", text))).toMatchObject({
      expected: "two numbers t0,t1, such as 0,1",
      received: JSON.stringify(text),
    });
  });

  it("reads a range of step sizes, or none", () => {
    expect(parseRangeOrNone("--epsilon", "0.1,0.5")).toEqual([0.1, 0.5]);
    expect(parseRangeOrNone("--epsilon", "none")).toBe("none");
    for (const text of ["0,1", "0.5,0.1", "0.1", "no"])
      expect(refusal(() => parseRangeOrNone("--epsilon", text)).option).toBe("--epsilon");
  });
});

describe("words", () => {
  it("reads choices", () => {
    expect(parseChoice("--loss", "both", ["residual", "both"])).toBe("both");
    expect(refusal(() => parseChoice("--loss", "Both", ["residual", "both"])).expected).toBe(
      "one of residual, both",
    );
  });

  it("reads assignments whose values have equal signs", () => {
    expect(parseAssignment("--input", "x=a=b.safetensors:x", "")).toEqual(["x", "a=b.safetensors:x"]);
    for (const text of ["x", "=f", "x="])
      expect(refusal(() => parseAssignment("--input", text, "")).received).toBe(`"${text}"`);
  });

  it("reads roles of inputs", () => {
    expect(parseInputMap("--input-map", "z=x0,s=t,dz=/out/Add")).toEqual({ z: "x0", s: "t", dz: "/out/Add" });
    expect(refusal(() => parseInputMap("--input-map", "q=x0")).expected).toContain("z=x0");
  });

  it("tells drawn states from files", () => {
    expect(parseStates("--states", "normal")).toEqual({ kind: "normal" });
    expect(parseStates("--states", "uniform:-1,2")).toEqual({ kind: "uniform", low: -1, high: 2 });
    expect(parseStates("--states", "./normal")).toEqual({ kind: "file", reference: "./normal" });
    expect(parseStates("--states", "a.safetensors:z")).toEqual({
      kind: "file",
      reference: "a.safetensors:z",
    });
    for (const text of ["", "uniform", "uniform:1", "uniform:2,1", "uniform:a,b"])
      expect(refusal(() => parseStates("--states", text)).option).toBe("--states");
  });
});

describe("flows", () => {
  it("reads grids", () => {
    expect(parseGrid("--grid", "-4,4")).toEqual({ low: -4, high: 4 });
    expect(parseGrid("--grid", "0,1.5,20")).toEqual({ low: 0, high: 1.5, cells: 20 });
  });

  it.each(["4", "4,-4", "1,1", "0,1,0", "0,1,1", "0,1,2.5", "0,1,1e9", "0,1,20,3", "a,b", ""])(
    "refuses %j as grid",
    (text) => {
      expect(refusal(() => parseGrid("--grid", text))).toMatchObject({
        option: "--grid",
        received: JSON.stringify(text),
      });
    },
  );

  it("wants endings of file names, in either case", () => {
    const parse = parseFileEnding([".svg", ".png"]);
    expect(["a.svg", "b/c.PNG"].map((text) => parse("--picture", text))).toEqual(["a.svg", "b/c.PNG"]);
    for (const text of ["", "a", "a.jpg", ".svg"])
      expect(refusal(() => parse("--picture", text)).expected).toBe(
        "the name of a file that ends in .svg or .png",
      );
  });

  it("takes Student's t without the parentheses that shells mind", () => {
    expect(["normal", "student-t:5", "student-t(5)"].map((text) => parseBase("--base", text))).toEqual([
      "normal",
      "student-t(5)",
      "student-t(5)",
    ]);
  });
});
