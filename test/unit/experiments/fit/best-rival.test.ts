import { expect, test } from "vitest";
import { bestRival } from "../../../../src/experiments/fit/best-rival.js";
import type { ComparisonRow } from "../../../../src/experiments/fit/comparison.js";

const row = (method: string, nfe: number, milliseconds: number, error: number): ComparisonRow => ({
  ...{ method, steps: nfe, nfe, milliseconds, error, spelling: method, tolerance: undefined },
  ...{ role: method === "learned" ? "hypersolver" : "other", gCalls: 0, macs: 100 * nfe },
  ...{ quantile95: error, relative: error },
});

const comparison = [
  row("cheap", 4, 1, 0.3),
  row("dear", 8, 10, 0.01),
  row("slow", 4, 30, 0.2),
  row("learned", 4, 12, 0.05),
];
const learned = { nfe: 4, macs: 400, milliseconds: 5 };

test("the best rival of no more arithmetic, and of no more time as timed beside it", () => {
  expect(bestRival(comparison, learned)?.method).toBe("slow");
  expect(bestRival(comparison, learned, "time")?.method).toBe("dear");
});

test("where it was not timed beside them, its own time counts", () => {
  expect(bestRival(comparison.slice(0, 3), learned, "time")?.method).toBe("cheap");
});

test("none where all cost more", () => {
  expect(bestRival(comparison.slice(1, 3), { ...learned, macs: 1 })).toBeUndefined();
});
