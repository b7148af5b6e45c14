import { expect, test } from "vitest";
import {
  fitCoefficients,
  fitCorrection,
  measureMethod,
  normalStates,
} from "../../../../src/hypersolver/index.js";
import { referenceEnds } from "../../../../src/hypersolver/internal.js";
import type { FixedMethod } from "../../../../src/ode/index.js";
import { Random } from "../../../../src/tensor/index.js";
import { pendulum, pendulumSpan as span } from "../../../helpers/fitting.js";

const field = pendulum();
const states = normalStates([2]);
const samples = states.heldOut(100, new Random(5));

/** Mean error of each solver on states that no fit has seen. */
async function errorsOf(methods: readonly FixedMethod[]): Promise<number[]> {
  const ends = await referenceEnds(field, span, samples);
  const errors: number[] = [];
  for (const method of methods)
    errors.push((await measureMethod(field, method, span, samples, ends)).errors.mean);
  return errors;
}

test.each([
  [
    "a correction",
    async (onBetter: (method: FixedMethod) => void) => {
      const spec = {
        base: "heun",
        steps: 1,
        span,
        iterations: 200,
        trajectories: 512,
        batch: 64,
        hidden: [16],
      };
      const { correction } = await fitCorrection(field, spec, { states, onBetter });
      return Object.values(correction.parameters).map(({ data }) => Array.from(data, Number));
    },
  ],
  [
    "coefficients",
    async (onBetter: (method: FixedMethod) => void) => {
      const spec = { evaluations: 2, span, iterations: 60, trajectories: 256, batch: 64 };
      const { method } = await fitCoefficients(field, spec, { states, onBetter });
      return [method.spec];
    },
  ],
])(
  "whoever watches %s being learned sees it become better, and last what is handed out",
  async (_, learn) => {
    const seen: FixedMethod[] = [];
    const final = await learn((method) => void seen.push(method));
    const errors = await errorsOf(seen);
    expect(seen.length).toBeGreaterThan(2);
    expect(errors.at(-1)).toBeLessThan((errors[0] ?? 0) / 1.5);
    const last = seen.at(-1) as FixedMethod & {
      correction?: { parameters: Record<string, { data: Float32Array }> };
    };
    const values = last.correction
      ? Object.values(last.correction.parameters).map(({ data }) => Array.from(data, Number))
      : [last.spec];
    expect(values).toEqual(final);
  },
);

test("that watching fails is told, and ends nothing", async () => {
  const warnings: string[] = [];
  const spec = { evaluations: 2, span, iterations: 20, trajectories: 128, batch: 64 };
  const fit = await fitCoefficients(
    field,
    spec,
    {
      states,
      onBetter: () => {
        throw new Error("no screen");
      },
    },
    { onWarning: (sentence) => void warnings.push(sentence) },
  );
  expect(fit.status).toBe("complete");
  expect(warnings.join()).toContain("no screen");
});
