import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { importOnnx } from "../../src/graph/index.js";
import { decodeClassifierState } from "../../src/models/index.js";
import { fieldOfModel } from "../../src/ode/index.js";
import {
  pretrainedFields,
  pretrainedFile,
  pretrainedNames,
  pretrainedPath,
} from "../../src/pretrained/index.js";

describe("what comes with the package", () => {
  test.each([...pretrainedFields])("%s is a field", (name) => {
    const { roles } = fieldOfModel(importOnnx(readFileSync(pretrainedPath(name)), name));
    expect(roles.state).toBe("z");
  });

  test.each(pretrainedNames.filter((name) => !pretrainedFields.includes(name)))(
    "%s is a classifier",
    (name) => {
      expect(decodeClassifierState(readFileSync(pretrainedPath(name)), name).facts.classes).toHaveLength(10);
    },
  );

  test("has no others, also none that every object has", () => {
    expect(pretrainedFile("toString")).toBeUndefined();
    expect(() => pretrainedPath("ffjrd")).toThrowError(/one of ffjord, pinwheel/);
  });
});
