import { describe, expect, it } from "vitest";
import { parseBase, parseGrid, parseStates } from "../../../../src/cli/options/parse.js";
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

describe("states", () => {
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

  it("takes Student's t without the parentheses that shells mind", () => {
    expect(["normal", "student-t:5", "student-t(5)"].map((text) => parseBase(text))).toEqual([
      "normal",
      "student-t(5)",
      "student-t(5)",
    ]);
  });
});
