import { expect, test } from "vitest";
import type { Arm, ArmState } from "../../../../src/experiments/tune/arm.js";
import { type Experience, forecastOf } from "../../../../src/experiments/tune/forecast.js";
import type { Trial, TrialRecord } from "../../../../src/experiments/tune/trial.js";

type Facts = Pick<Arm, "family" | "nfe"> & { readonly size?: string };

/** An arm whose shortest fit ended with an error. */
const fitted = (arm: Facts, error: number): ArmState => {
  const record = { error: { value: error, low: error, high: error } } as TrialRecord;
  return { arm: { gCalls: 0, ...arm } as Arm, trials: [{ record } as Trial], rung: 0, isOver: false };
};
const classical = (nfe: number, error: number) =>
  ({ family: "classical", nfe, error: { value: error, low: error, high: error } }) as TrialRecord;
const experience = (states: readonly ArmState[], state: readonly number[] = [2]): Experience => ({
  ...{ records: [classical(8, 0.1), classical(16, 0.02)], states, state },
});
const coefficients = (nfe: number): Facts => ({ family: "coefficients", nfe });

test("a fit of as many evaluations is predicted as it was seen, and more sharply than a guess", () => {
  const seen = experience([fitted(coefficients(6), 0.03)]);
  const { error, sharpness } = forecastOf(coefficients(6), seen);
  expect(error).toBeCloseTo(0.03, 12);
  expect(sharpness).toBeGreaterThan(forecastOf(coefficients(6), experience([])).sharpness);
  expect(sharpness).toBeGreaterThan(forecastOf(coefficients(9), seen).sharpness);
});

test("errors that fall by the same factor an evaluation go on to do so", () => {
  const falling = (nfe: number): number => Math.exp(-0.6 * nfe);
  const seen = experience([4, 6, 10].map((nfe) => fitted(coefficients(nfe), falling(nfe))));
  for (const nfe of [5, 7, 8]) {
    const off = Math.log(forecastOf(coefficients(nfe), seen).error / falling(nfe));
    expect(Math.abs(off)).toBeLessThan(0.35);
  }
  expect(forecastOf(coefficients(12), seen).error).toBeLessThan(falling(10));
  expect(forecastOf(coefficients(3), seen).error).toBeGreaterThan(falling(4));
});

test("networks are predicted from the coefficients below them: better, and the less so the more columns there are", () => {
  const states = [fitted(coefficients(4), 0.05)];
  const both: Facts = { family: "both", nfe: 4 };
  const flat = forecastOf(both, experience(states, [2])).error;
  const wide = forecastOf(both, experience(states, [128])).error;
  const image = forecastOf(both, experience(states, [1, 28, 28])).error;
  expect(flat).toBeLessThan(wide);
  expect(wide).toBeLessThan(0.05);
  expect(image).toBeLessThan(0.05);
  const alone = forecastOf({ family: "correction", nfe: 4 }, experience(states, [2])).error;
  expect(alone).toBeGreaterThan(flat);
});

test("networks of the same size tell more than those of another", () => {
  const both = (nfe: number, size: string): Facts => ({ family: "both", nfe, size });
  const seen = experience([fitted(both(4, "small"), 0.04), fitted(both(4, "large"), 0.01)]);
  const [small, large] = ["small", "large"].map((size) => forecastOf(both(4, size), seen).error);
  expect(small).toBeGreaterThan(0.02);
  expect(large).toBeLessThan(0.02);
});
