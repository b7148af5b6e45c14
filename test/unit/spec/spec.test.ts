import { describe, expect, test } from "vitest";
import { fitTable } from "../../../src/hypersolver/internal.js";
import { recordSchema } from "../../../src/spec/describe.js";
import { checkSpec, completeSpec, describe as describeTable, type Spec } from "../../../src/spec/index.js";
import { valueOfText } from "../../../src/spec/internal.js";
import { editDistance, suggestionFor } from "../../../src/spec/suggestion.js";

const least = { base: "heun", steps: 1 };

describe("a name that a table does not know", () => {
  test.each([
    ["iteratoins", "iterations"],
    ["learning-rate", "learningRate"],
    ["LearningRate", "learningRate"],
    ["swapevery", "swapEvery"],
    ["hiden", "hidden"],
  ])("%s is refused with the one that was meant", (given, meant) => {
    expect(() => checkSpec(fitTable, { ...least, [given]: 1 }, "run.json")).toThrow(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        facts: expect.objectContaining({
          what: `run.json: ${given}`,
          received: `"${given}"`,
          help: `did you mean ${meant}?`,
        }),
      }),
    );
  });

  test("has no suggestion where none is near", () => {
    expect(suggestionFor("xyz", ["iterations", "batch"])).toBeUndefined();
  });

  test("is compared by letters inserted, deleted, replaced and swapped", () => {
    const pairs = [
      ["kitten", "sitting", 3],
      ["ca", "ac", 1],
      ["", "abc", 3],
      ["batch", "bacth", 1],
    ] as const;
    for (const [a, b, distance] of pairs)
      expect([editDistance(a, b), editDistance(b, a)]).toEqual([distance, distance]);
  });
});

describe("other names", () => {
  test("mean the same option", () => {
    expect(checkSpec(fitTable, { lr: 0.1 })).toEqual({ learningRate: 0.1 });
  });

  test("cannot stand beside it", () => {
    expect(() => checkSpec(fitTable, { lr: 0.1, learningRate: 0.2 })).toThrow(
      /learningRate or lr, which are the same/,
    );
  });
});

test("a required option that is missing is asked for by name", () => {
  expect(() => completeSpec(fitTable, { base: "heun" } as Spec<typeof fitTable>)).toThrow(
    expect.objectContaining({ facts: expect.objectContaining({ what: "steps", received: "nothing" }) }),
  );
});

test("undefined is the same as left out", () => {
  expect(completeSpec(fitTable, { ...least, loss: undefined })).toEqual(completeSpec(fitTable, least));
});

describe("records inside a spec", () => {
  const architecture = {
    inputs: ["z"],
    hidden: { share: 0.25 },
    kernels: [3, 3],
    activation: "silu",
  } as const;

  test("are checked as deep as they go", () => {
    expect(checkSpec(fitTable, { architecture })).toEqual({ architecture });
    const refused = (value: object) => () =>
      checkSpec(fitTable, { architecture: { ...architecture, ...value } });
    expect(refused({ kernels: [3, 0] })).toThrow(/architecture\.kernels\[1\]/);
    expect(refused({ hidden: { share: -1 } })).toThrow(/architecture\.hidden/);
    expect(refused({ kernel: [3] })).toThrow(/did you mean kernels\?/);
  });

  test("can be written on a command line as JSON", () => {
    expect(valueOfText(fitTable.architecture, JSON.stringify(architecture))).toEqual(architecture);
    expect(valueOfText(fitTable.architecture, "mnist-paper")).toBe("mnist-paper");
    expect(valueOfText(fitTable.architecture, "{")).toBeUndefined();
  });
});

test("a table describes itself as plain data", () => {
  const described = describeTable(fitTable);
  expect(JSON.parse(JSON.stringify(described))).toEqual(described);
  expect(described.find(({ name }) => name === "learningRate")).toEqual({
    name: "learningRate",
    help: "first learning rate; falls by a half cosine",
    schema: { type: "number", minimum: 0, maximum: 1e6 },
    required: false,
    default: 0.03,
    defaultFor: { images: 0.01 },
    aliases: ["lr"],
    group: "How to fit:",
    flag: "--lr",
  });
  expect(recordSchema(fitTable)).toMatchObject({
    type: "object",
    required: ["base", "steps"],
    additionalProperties: false,
    properties: { epsilon: { anyOf: [{ type: "array", minItems: 2, maxItems: 2 }, { type: "null" }] } },
  });
});
