import { describe, expect, it } from "vitest";
import { parseGrid, parseStates } from "../../../../src/cli/options/parse.js";
import { parseBase } from "../../../../src/models/specs.js";
import { isHypersolversError } from "../../../../src/tensor/index.js";
import type { ErrorFacts } from "../../../../src/tensor/internal.js";

/** What a parser says about a text that it refuses. */
function refusal(parse: () => unknown): ErrorFacts {
  try {
    parse();
  } catch (error) {
    if (isHypersolversError(error, "INVALID_ARGUMENT")) return error.facts;
    throw error;
  }
  throw new Error("was accepted");
}

describe("states", () => {
  it("tells drawn states from files", () => {
    expect(parseStates("normal")).toEqual({ kind: "normal" });
    expect(parseStates("uniform:-1,2")).toEqual({ kind: "uniform", low: -1, high: 2 });
    expect(parseStates("./normal")).toEqual({ kind: "file", reference: "./normal" });
    expect(parseStates("a.safetensors:z")).toEqual({
      kind: "file",
      reference: "a.safetensors:z",
    });
    for (const text of ["", "uniform", "uniform:1", "uniform:2,1", "uniform:a,b"])
      expect(refusal(() => parseStates(text)).what).toBe("states");
  });
});

describe("flows", () => {
  it("reads grids", () => {
    expect(parseGrid("-4,4")).toEqual({ low: -4, high: 4 });
    expect(parseGrid("0,1.5,20")).toEqual({ low: 0, high: 1.5, cells: 20 });
  });

  it.each(["4", "4,-4", "1,1", "0,1,0", "0,1,1", "0,1,2.5", "0,1,1e9", "0,1,20,3", "a,b", ""])(
    "refuses %j as grid",
    (text) => {
      expect(refusal(() => parseGrid(text))).toMatchObject({
        what: "grid",
        received: JSON.stringify(text),
      });
    },
  );

  it("takes Student's t without the parentheses that shells mind", () => {
    expect(["normal", "student-t:5", "student-t(5)"].map(parseBase)).toEqual([
      { kind: "normal" },
      { kind: "student-t", freedom: 5 },
      { kind: "student-t", freedom: 5 },
    ]);
    for (const text of ["", "student-t", "student-t(0)", "student-t:1001", "student-t:5)", "cauchy"])
      expect(() => parseBase(text)).toThrow(/base distribution|degrees of freedom/);
  });
});
