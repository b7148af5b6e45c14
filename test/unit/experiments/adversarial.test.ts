import { describe, expect, test } from "vitest";
import { courseFigures, dynamicsFigure } from "../../../src/experiments/adversarial/adversarial-figures.js";
import { adversarialRows } from "../../../src/experiments/adversarial/adversarial-report.js";
import { regularizer } from "../../../src/experiments/regularizer/regularizer.js";
import { spiralPoints } from "../../../src/experiments/regularizer/spirals.js";
import { Random, toFloat64 } from "../../../src/tensor/index.js";

const numbers = (error: number) => ({
  ...{ error, baseError: 2, size: 1, nfe: 32, eigenvalue: 1.5, referenceError: 1e-5 },
});

describe("what the games gave", () => {
  test("is a mean over the fields of a kind; a correction that broke on one is told by the others", () => {
    const broken = { broken: "NON_FINITE", reason: "z is NaN" } as const;
    const kind = "held out, stiff" as const;
    const rows = adversarialRows({
      courses: [
        {
          label: "plain, attacked",
          points: [0, 5, 6].map((round) => ({
            round,
            numbers: { ...numbers(round + 1), baseError: round === 5 ? 3 : 2 },
          })),
        },
      ],
      standings: [
        { arm: "plain", kind, numbers: numbers(1) },
        { arm: "plain", kind, numbers: numbers(3) },
        { arm: "defended", kind, numbers: numbers(5) },
        { arm: "defended", kind, numbers: broken },
        { arm: "random fields", kind, numbers: broken },
      ],
    });
    expect(rows.map(({ key }) => Object.values(key))).toEqual([
      ["plain, attacked", "start"],
      ["plain, attacked", "hardest"],
      ["plain", kind],
      ["defended", kind],
      ["random fields", kind],
    ]);
    expect(rows.map(({ outcome }) => ("error" in outcome ? outcome.error : outcome.reason))).toEqual([
      1,
      6,
      2,
      5,
      "z is NaN",
    ]);
  });

  test("is drawn: the field before and after, error and stiffness over the rounds", () => {
    const courses = ["plain, attacked", "defended in the game"].map((label) => ({
      label,
      points: [0, 5].map((round) => ({ round, numbers: numbers(round + 1) })),
    }));
    const figures = courseFigures(courses);
    expect(figures.map(({ name }) => name)).toEqual(["attack-error", "attack-nfe", "attack-eigenvalue"]);
    const arrows = [{ x: 0, y: 0, u: 1, v: 1 }];
    const { name, caption } = dynamicsFigure([{ label: "given field", arrows }], 3);
    expect([name, caption]).toEqual(["dynamics", expect.stringContaining("after an attack")]);
  });
});

describe("the regularizer", () => {
  test("learns from two arms that are each other's mirror image", () => {
    const { x, y } = spiralPoints(4000, new Random(1));
    const [points, labels] = [toFloat64(x), toFloat64(y)];
    const sums = [0, 1].map((arm) =>
      [0, 1].map((axis) =>
        labels.reduce(
          (sum, label, i) => (i % 2 === arm ? sum + label * (points[i - arm + axis] ?? 0) : sum),
          0,
        ),
      ),
    );
    expect(labels.reduce((sum, label) => sum + label, 0)).toBe(4000);
    for (const axis of [0, 1]) {
      const [a = 0, b = 0] = sums.map((sum) => (sum[axis] ?? 0) / 2000);
      expect(Math.abs(a + b)).toBeLessThan(0.12);
    }
    expect(Math.max(...points.map(Math.abs))).toBeLessThan(2.5);
  });

  test("says what every weight leads to", async () => {
    const changes = { iterations: 3, fitIterations: 3, heldOut: 20 };
    const { rows } = await regularizer.run(
      { preset: "smoke", seed: 0, command: "test", changes },
      { threads: 1 },
    );
    expect(rows.map(({ key }) => key.λ)).toEqual([0, 0.1]);
    for (const { outcome } of rows)
      expect(outcome).toMatchObject({ "accuracy by dopri5": expect.any(Number) });
  });
});
