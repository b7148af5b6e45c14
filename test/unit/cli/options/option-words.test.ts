import { expect, test } from "vitest";
import { fieldTable } from "../../../../src/cli/options/field-table.js";
import { optionWords } from "../../../../src/cli/options/option-words.js";

test("what a spec says beyond defaults is words of a command line, one option a name of a map", () => {
  const spec = {
    inputMap: { z: "x", dz: "v" },
    input: { y: "labels.npy", w: "3" },
    timeScale: 1,
    prediction: "epsilon",
    guidance: 2,
    error: 0.01,
  };
  expect(optionWords(fieldTable, spec).join(" ")).toBe(
    "--input-map z=x,dz=v --input y=labels.npy --input w=3 --prediction epsilon --guidance 2",
  );
});
