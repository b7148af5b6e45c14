import { expect, test } from "vitest";
import { frontierLines } from "../../../../src/experiments/tune/frontier-text.js";
import type { Family, TrialRecord } from "../../../../src/experiments/tune/trial.js";

const trial = (family: Family, milliseconds: number, value: number): TrialRecord =>
  ({ family, milliseconds, error: { value, low: value, high: value } }) as TrialRecord;

test("errors and times stand where their logarithms are, the wanted error as dashes", () => {
  const lines = frontierLines(
    [trial("classical", 1, 1), trial("classical", 100, 1e-4), trial("both", 10, 1e-2)],
    1e-2,
  );
  const empty = "        |";
  expect(lines).toEqual([
    "error",
    "      1 | ·",
    ...[empty, empty, empty],
    ` 0.0100 | ${"-".repeat(28)}b${"-".repeat(27)}`,
    ...[empty, empty, empty],
    `1.00e-4 | ${" ".repeat(55)}·`,
    `          1.00 ms${"100 ms".padStart(49)}`,
    "· classical  o step control  c coefficients  g correction  b both  s student",
  ]);
});

test("one solver, exact ones and none at all are no trouble", () => {
  expect(frontierLines([], 0.1)).toEqual([]);
  expect(frontierLines([trial("adaptive", 1, 0)], 0.1)).toEqual([]);
  const [, top = ""] = frontierLines([trial("adaptive", 1, 0.1)], 0.1);
  expect(frontierLines([trial("adaptive", 1, 0.1)], 0.1).join("\n")).toMatch(/-{28}o-{27}/);
  expect(top).not.toContain("NaN");
});
