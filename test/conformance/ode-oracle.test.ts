import { describe, expect, test } from "vitest";
import {
  type AdaptiveTableau,
  adaptive,
  adaptiveHeun,
  fixed,
  type PlainField,
  solve,
} from "../../src/ode/index.js";
import type { StepControl } from "../../src/ode/step-control/step-control.js";
import { toFloat64 } from "../../src/tensor/index.js";
import { readOracle } from "../helpers/oracle.js";
import {
  type AdaptiveCase,
  adaptiveCases,
  expectSameError,
  fixedCases,
  torchdiffeqSolve,
} from "../helpers/torchdiffeq.js";
import { maxAbsError } from "../problems/index.js";

const load = (name: string, key: string): Float64Array => toFloat64(readOracle(name).get(key));

const z0 = load("odeint_field", "z0");
const times = Array.from(load("odeint_reference", "times"));
const reference = load("odeint_reference", "solution");
const field = mlpField();
const backwardTimes = [...times].reverse();
/** State i of the reference: the batch of 5 rows of 3 numbers, flat. */
const referenceAt = (i: number) => reference.subarray(15 * i, 15 * (i + 1));
const end = referenceAt(3);

/** f(s, z) = W3 tanh(W2 tanh(W1 [z, s] + b1) + b2) + b3 for each of the 5 rows of z. */
function mlpField(): PlainField {
  const layers = ["field.0", "field.2", "field.4"].map((layer) => ({
    weight: load("odeint_field", `${layer}.weight`),
    bias: load("odeint_field", `${layer}.bias`),
  }));
  const row = (s: number, z: Float64Array) =>
    layers.reduce<Float64Array>(
      (x, { weight, bias }, index) => {
        const y = bias.map(
          (b, i) => b + x.reduce((sum, value, j) => sum + (weight[i * x.length + j] ?? 0) * value, 0),
        );
        return index === layers.length - 1 ? y : y.map(Math.tanh);
      },
      Float64Array.of(...z, s),
    );
  return (s, z) => [0, 3, 6, 9, 12].flatMap((start) => Array.from(row(s, z.subarray(start, start + 3))));
}

describe("oracle: fixed steps agree with torchdiffeq", () => {
  test.each(fixedCases)("oracle $name with $steps steps: NFE and error", async ({ name, tableau, steps }) => {
    const entry = torchdiffeqSolve(`${name}/K${steps}`);
    const { states, statistics } = await solve(field, z0, {
      span: [0, 1.5],
      method: fixed(tableau, { steps }),
    });
    expect(statistics.nfe).toBe(entry.nfe);
    expectSameError(maxAbsError(states[1] ?? [], end), entry.max_abs_error_final, 1e-9);
  });
});

describe("oracle: adaptive steps agree with torchdiffeq", () => {
  test.each(adaptiveCases)("oracle $name/$key: NFE and errors when overshooting like it", async (it) => {
    const entry = torchdiffeqSolve(`${it.name}/${it.key}`);
    const { statistics, errors } = await run(it, it.theirs, { lastStep: "overshoot" });
    expect(statistics.nfe).toBe(entry.nfe);
    expectSameError(errors.at(-1) ?? Number.NaN, entry.max_abs_error_final, it.relative);
    if (entry.max_abs_error_interp !== undefined) {
      expectSameError(Math.max(...errors), entry.max_abs_error_interp, it.relative);
    }
  });

  test.each(adaptiveCases)(
    "oracle $name/$key: by default at most its NFE, without its overshoot",
    async (it) => {
      const entry = torchdiffeqSolve(`${it.name}/${it.key}`);
      const { statistics } = await run(it, it.ours);
      // Overshooting attempts the last step at full length; where that is rejected, clipping saves the attempt.
      expect([0, it.ours.stages - 1]).toContain(entry.nfe - statistics.nfe);
    },
  );

  test("oracle adaptive_heun without reuse evaluates f twice a step", async () => {
    const it = { tolerance: 1e-5, backward: false };
    const { statistics } = await run(it, adaptiveHeun, { reuseLastStage: false }, [0, 1.5]);
    expect(statistics.nfe).toBe(2 + 2 * statistics.acceptedSteps + statistics.rejectedSteps - 1);
  });

  async function run(
    { tolerance, backward }: Pick<AdaptiveCase, "tolerance" | "backward">,
    pair: AdaptiveTableau,
    control: Partial<StepControl> = {},
    wanted: readonly number[] = times,
  ) {
    const { states, statistics } = await solve(field, backward ? end : z0, {
      times: backward ? backwardTimes : wanted,
      method: adaptive(pair, { rtol: tolerance, atol: tolerance, ...control }),
    });
    const errors = states.map((y, i) => maxAbsError(y, referenceAt(backward ? 3 - i : i)));
    return { statistics, errors };
  }
});
