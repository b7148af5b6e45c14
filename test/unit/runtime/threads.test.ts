import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { machineThreads } from "../../../src/runtime/node/threads.js";

describe("threads of a program that names none", () => {
  test.each([{}, { HYPERSOLVERS_THREADS: "" }])("are all cores: %o", (environment) => {
    expect(machineThreads(environment)).toBe(availableParallelism());
  });

  test("are what the environment says, no more than there are cores", () => {
    expect(machineThreads({ HYPERSOLVERS_THREADS: "1" })).toBe(1);
    expect(machineThreads({ HYPERSOLVERS_THREADS: "100000" })).toBe(availableParallelism());
  });

  test.each(["0", "-1", "1.5", "two"])("are an error where it says '%s'", (value) => {
    expect(() => machineThreads({ HYPERSOLVERS_THREADS: value })).toThrowError(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        facts: expect.objectContaining({ what: "HYPERSOLVERS_THREADS" }),
      }),
    );
  });
});
