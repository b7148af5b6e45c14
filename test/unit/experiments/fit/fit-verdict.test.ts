import { describe, expect, test } from "vitest";
import { fitRunTable, learnedTables } from "../../../../src/cli/commands/fit/table.js";
import { optionName } from "../../../../src/cli/options/table-options.js";
import type { MeasuredRow } from "../../../../src/experiments/fit/comparison.js";
import type { MethodResult } from "../../../../src/experiments/fit/fit-metrics.js";
import { fitVerdict, type JudgedFit } from "../../../../src/experiments/fit/fit-verdict.js";

/** A method of 4 evaluations whose mean error is this, of solutions of norm 1. */
const result = (title: string, mean: number): MethodResult => ({
  method: title.toLowerCase(),
  title,
  steps: 2,
  mean,
  median: mean,
  quantile95: mean,
  largest: mean,
  relative: mean,
  nfe: 4,
  gCalls: 2,
  macs: 1000,
  milliseconds: 5,
});

const row = (method: string, error: number, macs: number, milliseconds: number): MeasuredRow =>
  ({
    method,
    ...{ steps: 2, role: "other", spelling: method, nfe: 4, gCalls: 0 },
    ...{ macs, milliseconds, error, quantile95: error, relative: error },
  }) as MeasuredRow;

/** A fit that learned: ten times closer than Heun, and closer than RK4. */
const good: JudgedFit = {
  learn: "correction",
  base: result("Heun", 0.1),
  learned: result("HyperHeun", 0.01),
  comparison: [row("RK4", 0.02, 900, 4), row("RK4 of twice the cost", 0.001, 2000, 9)],
  losses: [
    { iteration: 300, loss: 0.5, kind: "residual", learningRate: 0.1, error: 0.05 },
    { iteration: 600, loss: 0.4, kind: "residual", learningRate: 0.1, error: 0.02 },
    { iteration: 900, loss: 0.3, kind: "residual", learningRate: 0.1, error: 0.01 },
  ],
  noiseFloor: 1e-3,
  iterations: 900,
  measuring: { method: "dopri5@1e-8", precision: "float64", noise: 1e-9 },
};
const learnedNothing = { learned: result("HyperHeun", 0.095) };

describe("the verdict on a fit", () => {
  test("has no warning where it learned, and nothing is closer for its price", () => {
    expect(fitVerdict(good)).toEqual({ outcome: "learned", warnings: [] });
  });

  test("names a method without learning that is closer for no more arithmetic", () => {
    const { outcome, warnings } = fitVerdict({ ...good, comparison: [row("RK4", 0.002, 900, 4)] });
    expect(outcome).toBe("learned");
    expect(warnings).toEqual([
      expect.stringMatching(/^RK4 .*ends closer than HyperHeun.*0\.00200 against 0\.0100/),
    ]);
  });

  test("says of what came closer, and is still far from the solution, that it is", () => {
    const far = { ...good, base: result("Heun", 40), learned: result("HyperHeun", 0.9), comparison: [] };
    expect(fitVerdict(far)).toEqual({
      outcome: "learned",
      warnings: [expect.stringMatching(/^HyperHeun is off by 90\S* % of the solution itself.*--steps/)],
    });
    expect(fitVerdict({ ...far, learn: "both" }).warnings[0]).toContain("give more --evaluations");
  });

  test("tells of overfitting, and not where the two were as far apart at first", () => {
    const losses = (pairs: readonly (readonly [number, number])[]): JudgedFit["losses"] =>
      pairs.map(([relative, learned], i) => ({
        ...{ iteration: 10 * (i + 1), loss: 0.1, kind: "log", learningRate: 0.1 },
        ...{ error: relative, relative, learned },
      }));
    const overfitted = losses([
      [0.5, 0.5],
      [0.3, 0.1],
    ]);
    const { outcome, warnings } = fitVerdict({ ...good, losses: overfitted });
    expect(outcome).toBe("learned");
    expect(warnings).toEqual([expect.stringMatching(/overfitted.* 3\.00 times/)]);
    const alike = losses([
      [0.5, 0.2],
      [0.3, 0.12],
    ]);
    expect(fitVerdict({ ...good, losses: alike }).warnings).toEqual([]);
  });

  test("is that nothing was learned within a tenth of the start, or where it breaks", () => {
    const { outcome, warnings } = fitVerdict({ ...good, ...learnedNothing });
    expect(outcome).toBe("nothing");
    expect(warnings[0]).toMatch(/nothing was learned: it ends 0\.0950 away, Heun without learning 0\.100/);
    const { method, title, steps } = good.learned;
    const broken = { method, title, steps, broken: "NON_FINITE", reason: "a state of NaN" } as const;
    expect(fitVerdict({ ...good, learned: broken })).toMatchObject({
      outcome: "nothing",
      warnings: [expect.stringContaining("a state of NaN"), expect.anything()],
    });
  });

  test("of a student goes by its rivals: it begins with no method", () => {
    expect(fitVerdict({ ...good, ...learnedNothing, learn: "student" })).toMatchObject({
      outcome: "learned",
      warnings: [expect.stringContaining("RK4")],
    });
  });

  test("advises only with options that what is learned has", () => {
    const broken = {
      method: "student",
      title: "Student",
      steps: 1,
      broken: "NON_FINITE",
      reason: "NaN",
    } as const;
    for (const learn of ["correction", "coefficients", "both", "student"] as const)
      for (const facts of [{}, { base: result("Heun", 0.5) }, { iterations: 40 }, { noiseFloor: 0.2 }]) {
        const { warnings } = fitVerdict({ ...good, ...facts, learned: broken, learn });
        const flags =
          warnings
            .slice(1)
            .join(" ")
            .match(/--[a-z-]+/g) ?? [];
        const known = Object.entries({ ...fitRunTable, ...learnedTables[learn] }).map(([name, row]) =>
          optionName(name, row),
        );
        for (const flag of flags.filter((own) => own !== "--learn" && own !== "--evaluations"))
          expect(known, `${learn}: ${warnings.join("; ")}`).toContain(flag);
      }
  });

  const [first, second, third] = good.losses as [never, never, never];
  test.each<[string, Partial<JudgedFit>, RegExp]>([
    ["a reference no better", { measuring: { ...good.measuring, noise: 0.06 } }, /as the reference can tell/],
    ["a loss at its floor", { noiseFloor: 0.2 }, /--reference-tolerance/],
    ["overfitting", { losses: [third, second, first] }, /validation error rose again/],
    [
      "a start far off",
      { base: result("Heun", 0.5), learned: result("HyperHeun", 0.5) },
      /give more --steps/,
    ],
    ["a short fit", { iterations: 40 }, /40 iterations are few/],
    ["none of these", {}, /--hidden.*--learn both/],
    ["none of these, of coefficients", { learn: "coefficients" }, /another --start/],
    ["none of these, of both", { learn: "both" }, /--joint-iterations/],
    [
      "coefficients from a start far off",
      { learn: "coefficients", base: result("Heun", 0.5), learned: result("NS", 0.5) },
      /give more --evaluations/,
    ],
  ])("says why perhaps: %s", (_, facts, advice) => {
    const { warnings } = fitVerdict({ ...good, ...learnedNothing, ...facts });
    expect(warnings.slice(1)).toEqual([expect.stringMatching(advice)]);
  });
});
