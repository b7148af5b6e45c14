import { describe, expect, it } from "vitest";
import { textTable } from "../../../src/plot/index.js";
import {
  formatBytes,
  formatMilliseconds,
  formatNumber,
  formatPercent,
  formatRatio,
  powerOfTen,
  roleColors,
} from "../../../src/plot/internal.js";
import { logAxis } from "../../../src/plot/parts/log-axis.js";
import { methodColors } from "../../../src/plot/parts/theme.js";

describe("formatNumber", () => {
  it.each([
    [0, "0"],
    [-0, "0"],
    [2, "2"],
    [56, "56"],
    [0.5, "0.500"],
    [0.0125, "0.0125"],
    [2.7349, "2.73"],
    [999, "999"],
    [999.6, "1.00k"],
    [1000, "1k"],
    [1200, "1.2k"],
    [1234.5, "1.23k"],
    [999_999, "1M"],
    [3_400_000, "3.4M"],
    [2e9, "2G"],
    [1e21, "1.00e21"],
    [0.0009994, "9.99e-4"],
    [3.2e-5, "3.20e-5"],
    [-0.02, "−0.0200"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "∞"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("writes %d as %s", (value, text) => expect(formatNumber(value)).toBe(text));
});

describe("formatBytes", () => {
  it("has three digits and a decimal unit, also where rounding carries over", () => {
    const amounts = [0, 999, 999.6, 12_345, 999_499, 999_600, 5.1e9, 2e18];
    const texts = ["0 B", "999 B", "1.00 kB", "12.3 kB", "999 kB", "1.00 MB", "5.10 GB", "2.00e+3 PB"];
    expect(amounts.map(formatBytes)).toEqual(texts);
    expect([-1500, Number.NaN].map(formatBytes)).toEqual(["−1.50 kB", "NaN"]);
  });
});

describe("formatRatio", () => {
  it("has two digits below ten and whole numbers above", () => {
    expect([1, 1.84, 9.94, 9.96, 112.3, Number.POSITIVE_INFINITY].map(formatRatio)).toEqual([
      "1.0",
      "1.8",
      "9.9",
      "10",
      "112",
      "∞",
    ]);
  });
});

describe("formatMilliseconds", () => {
  it.each([
    [0, "0 ms"],
    [0.0852, "85.2 µs"],
    [0.1, "0.100 ms"],
    [12.34, "12.3 ms"],
    [999.7, "1.00 s"],
    [1250, "1.25 s"],
    [59_999, "1 min 00 s"],
    [125_000, "2 min 05 s"],
    [3_720_000, "1 h 02 min"],
    [Number.NaN, "NaN"],
  ])("writes %d as %s", (value, text) => expect(formatMilliseconds(value)).toBe(text));
});

describe("other texts", () => {
  it("writes shares and powers", () => {
    expect([0, 0.0031, 0.125, 1].map(formatPercent)).toEqual(["0%", "0.31%", "12.5%", "100%"]);
    expect([-12, 0, 3].map(powerOfTen)).toEqual(["10⁻¹²", "10⁰", "10³"]);
  });
});

describe("textTable", () => {
  const rows = [
    ["Heun", 2, 0.6],
    ["HyperHeun", undefined, 0.02],
  ] as const;

  it("aligns columns and numbers", () => {
    expect(textTable(["Method", "NFE", "Mean error"], rows)).toBe(
      [
        "Method     NFE  Mean error",
        "─────────  ───  ──────────",
        "Heun         2       0.600",
        "HyperHeun           0.0200",
      ].join("\n"),
    );
  });

  it("marks rows without shifting the others", () => {
    const lines = textTable(["Method", "NFE", "Mean error"], rows, { emphasized: [1] }).split("\n");
    expect(lines[2]).toBe("  Heun         2       0.600");
    expect(lines[3]).toBe("› HyperHeun           0.0200");
  });

  it("takes alignments and refuses ragged rows", () => {
    const columns = [{ label: "time", align: "right" }, "note"] as const;
    expect(textTable(columns, [["12 ms", "a"]])).toBe(" time  note\n─────  ────\n12 ms  a");
    expect(() => textTable(["a", "b"], [["only one"]])).toThrow(/2 cells/);
  });
});

describe("logAxis", () => {
  const labels = (values: number[], style: "power" | "plain"): string[] => {
    const { labelExpr } = logAxis(values, { labels: style }).axis;
    return JSON.parse(labelExpr.slice(0, labelExpr.indexOf("]") + 1));
  };

  it("labels wide axes with powers of ten, short ones with round numbers", () => {
    expect(labels([1e-6, 1], "power")).toEqual(["10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]);
    expect(labels([1, 100], "plain")).toEqual(["1", "2", "5", "10", "20", "50", "100"]);
    expect(labels([10_000, 500_000], "plain")).toEqual(["10k", "20k", "50k", "100k", "200k", "500k"]);
    expect(labels([0.095, 0.105], "power")).toEqual(["0.095", "0.1", "0.105"]);
  });

  it.each([
    [1e-12, 1e3],
    [1, 1],
    [3, 3.1],
    [2e-5, 3e-5],
    [0.7, 40],
  ])("has two to seven ticks within its domain for %d … %d", (low, high) => {
    const { scale, axis } = logAxis([low, high]);
    expect(axis.values.length).toBeGreaterThanOrEqual(2);
    expect(axis.values.length).toBeLessThanOrEqual(7);
    expect(scale.domain[0]).toBeLessThan(low);
    expect(scale.domain[1]).toBeGreaterThan(high);
    for (const tick of axis.values) expect(tick >= scale.domain[0] && tick <= scale.domain[1]).toBe(true);
  });

  it("refuses data without a positive number", () => {
    expect(() => logAxis([0, -1, Number.NaN])).toThrow(/positive finite/);
  });
});

describe("methodColors", () => {
  it("keeps a color for each role and tells methods of one role apart", () => {
    const { domain, range } = methodColors([
      { label: "dopri5", role: "reference" },
      { label: "Euler" },
      { label: "HyperHeun", role: "hypersolver" },
      { label: "RK4" },
    ]);
    expect(domain).toEqual(["dopri5", "Euler", "HyperHeun", "RK4"]);
    expect(range[0]).toBe(roleColors.reference[0]);
    expect(range[2]).toBe(roleColors.hypersolver[0]);
    expect(new Set(range).size).toBe(4);
  });
});
