import { expect, test } from "vitest";
import { fail, isBroken, unlessItBreaks } from "../../../src/tensor/index.js";

test("a solve that runs into NaN or a limit is a value, whatever else goes wrong is an error", async () => {
  for (const code of ["NON_FINITE", "STEP_LIMIT", "STEP_UNDERFLOW"] as const) {
    const result = await unlessItBreaks<{ end: number }>(Promise.reject(fail(code, { what: "solve of f" })));
    expect(isBroken(result)).toBe(true);
    expect(result).toEqual({ broken: code, reason: expect.stringContaining("solve of f") });
  }
  const refused = fail("SHAPE_MISMATCH", { what: "z0" });
  await expect(unlessItBreaks(Promise.reject(refused))).rejects.toBe(refused);
  const result = await unlessItBreaks(Promise.resolve({ end: 1 }));
  expect([result, isBroken(result), isBroken(undefined)]).toEqual([{ end: 1 }, false, false]);
});
