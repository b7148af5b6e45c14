import { expect, test } from "vitest";
import type { ImageQuality, ImageQualityRow } from "../../../src/experiments/images/image-quality.js";
import { imageVerdict } from "../../../src/experiments/images/image-verdict.js";

const known = (mean: number) => ({ mean, standardError: undefined, n: 1 });

function row(
  method: string,
  role: ImageQuality["role"],
  [nfe, macs, milliseconds, error]: readonly [number, number, number, number],
  setting: Partial<ImageQuality> = {},
): ImageQuality {
  return {
    ...{
      method,
      role,
      nfe,
      macs,
      milliseconds,
      relative: known(error),
      steps: nfe,
      tolerance: undefined,
      spelling: method,
    },
    ...{ images: 32, gCalls: 0, mape: known(1), medianPercentage: known(1) },
    ...{ accuracy: known(1), accuracyLoss: known(0) },
    ...setting,
  };
}

test("every hypersolver meets the best of others that cost no more, in each currency", () => {
  const rows = [
    row("Euler", "base", [10, 100, 5, 0.5]),
    row("midpoint", "other", [10, 100, 6, 0.2], { steps: 5 }),
    row("midpoint", "other", [14, 140, 9, 0.05], { steps: 7 }),
    row("dopri5", "reference", [14, 140, 12, 0.01], { steps: undefined, tolerance: 1e-2 }),
    row("HyperEuler", "hypersolver", [10, 150, 10, 0.02], { fitted: true }),
    // Not at the step that it learned: no contestant.
    row("HyperEuler", "hypersolver", [8, 120, 8, 0.3], { fitted: false }),
    row("HyperMidpoint", "hypersolver", [4, 60, 3, 0.1], { fitted: true }),
  ];
  expect(imageVerdict(rows)).toEqual([
    "HyperEuler: 10 times closer than the best of equal NFE (midpoint, K = 5); 2 times farther than the best of equal multiply–accumulates (dopri5, tolerance 1e-2); 2.50 times closer than the best of equal time (midpoint, K = 7).",
    "HyperMidpoint: no other is as cheap in NFE; no other is as cheap in multiply–accumulates; no other is as cheap in time.",
  ]);
  expect(imageVerdict([])).toEqual([]);
});

test("a method that broke is never the best, nor is one without a time", () => {
  const { nfe: _, ...labels } = row("RK4", "other", [8, 80, Number.NaN, Number.POSITIVE_INFINITY]);
  const broke: ImageQualityRow = { ...labels, broken: "NON_FINITE", reason: "NaN" };
  const own = row("HyperEuler", "hypersolver", [10, 150, 10, 0.02], { fitted: true });
  const euler = row("Euler", "base", [10, 100, 5, 0.5]);
  expect(imageVerdict([broke, euler, own])[0]).toContain("25 times closer than the best of equal NFE (Euler");
  expect(imageVerdict([broke, own])[0]).toContain("no other is as cheap in NFE; ");
});
