import { describe, expect, test } from "vitest";
import type { ComparisonRow } from "../../../../src/experiments/index.js";
import { paretoText } from "../../../../src/experiments/internal.js";

const row = (method: string, nfe: number, macs: number, error: number): ComparisonRow => ({
  ...{ method, nfe, macs, error, gCalls: 0, milliseconds: 1, quantile95: 1, relative: 1 },
  ...{ role: "other", steps: 1, tolerance: undefined },
});

describe("who is beaten by nobody, in words", () => {
  const rows = [
    row("Euler", 2, 200, 0.2),
    row("Heun", 2, 200, 0.3),
    row("Euler", 4, 400, 0.1),
    row("HyperHeun", 2, 220, 0.01),
    row("RK4", 8, 800, 0.001),
  ];
  test("is told by evaluations, and by arithmetic where networks count", () => {
    expect(paretoText(rows)).toBe(
      "Nothing beats, by evaluations of f: HyperHeun with 2 (0.0100), RK4 with 8 (0.00100). " +
        "By multiply–accumulates, networks included: Euler with 200 (0.200), HyperHeun with 220 (0.0100), RK4 with 800 (0.00100).",
    );
  });
  test("is told once where both lists are the same, or there is no arithmetic", () => {
    const plain = rows.filter((one) => one.method !== "HyperHeun");
    expect(paretoText(plain)).toMatch(/^Nothing beats.*Euler with 2 \(0\.200\), Euler with 4.*the same\.$/);
    const free = [row("Euler", 2, 0, 0.2), row("Euler", 4, 0, 0.1)];
    expect(paretoText(free)).not.toContain("multiply");
  });
  test("leaves out what broke, and is nothing where all did", () => {
    const broke: ComparisonRow = {
      ...{ method: "Euler", role: "other", steps: 1, tolerance: undefined },
      ...{ broken: "NON_FINITE", reason: "overflow" },
    };
    expect(paretoText([broke])).toBe("");
    expect(paretoText([broke, row("Heun", 2, 9, 0.3)])).toContain("Heun with 2 (0.300). By");
  });
});
