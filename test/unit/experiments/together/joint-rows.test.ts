import { describe, expect, test } from "vitest";
import type { Course } from "../../../../src/experiments/together/course.js";
import { jointRows } from "../../../../src/experiments/together/joint-report.js";

/** A course whose validations find these, with a thousand evaluations and a second between them. */
const course = (label: string, quality: readonly number[], share?: readonly number[]): Course => ({
  label,
  best: label.includes("accuracy") ? Math.max(...quality) : Math.min(...quality),
  points: quality.map((value, i) => ({
    iteration: 10 * (i + 1),
    seconds: i + 1,
    evaluations: 1000 * (i + 1),
    quality: value,
    error: share && 0.01 * (i + 1),
    share: share?.[i],
  })),
});

describe("the rows of joint", () => {
  const flow = [
    course("dopri5", [3, 2.51, 2.5]),
    course("rk4:1", [3, 2.9, 2.8]),
    course("joint", [2.6, 2.504, 2.503], [0, 0.5, 1]),
    { label: "euler:1", broken: "NON_FINITE", reason: "no finite loss" } as const,
  ];
  const images = [course("dopri5, accuracy", [0.5, 0.9]), course("heun, accuracy", [0.895, 0.7])];
  const rows = jointRows({ flow, images });

  test("say what it cost to come nearly as far as the first", () => {
    expect(rows[0]?.outcome).toMatchObject({ NLL: 2.5, "evaluations to the goal (thousands)": 3 });
    expect(rows[2]?.outcome).toMatchObject({
      "evaluations to the goal (thousands)": 2,
      "time to the goal (s)": 2,
      "by the hypersolver": 0.5,
      "its relative error, last": 0.03,
    });
    expect(rows[5]?.outcome).toMatchObject({ accuracy: 0.895, "evaluations to the goal (thousands)": 1 });
  });

  test("leave it out where a training never came there, and tell what broke", () => {
    expect(Object.keys(rows[1]?.outcome ?? {})).not.toContain("evaluations to the goal (thousands)");
    expect(rows[3]?.outcome).toEqual({ broken: "NON_FINITE", reason: "no finite loss" });
  });
});
