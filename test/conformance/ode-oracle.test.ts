import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type AdaptiveTableau,
  adaptive,
  adaptiveHeun,
  type ButcherTableau,
  bosh3,
  defineTableau,
  dopri5,
  dopri8,
  euler,
  fehlberg2,
  fixed,
  heun,
  heun3,
  midpoint,
  type PlainField,
  rk4ThreeEighths,
  solve,
} from "../../src/ode/index.js";
import type { StepControl } from "../../src/ode/step-control/step-control.js";
import { decodeSafetensors, toFloat64 } from "../../src/tensor/index.js";
import { maxAbsError } from "../problems/index.js";

/** torchdiffeq's numbers in float64, from the folder of oracles; its README says how they were made. */
const folder = process.env.HYPERSOLVERS_ORACLES ?? "test/fixtures/oracles";

interface TableEntry {
  readonly nfe: number;
  /** Largest error at the end of the integration. */
  readonly max_abs_error_final: number;
  /** Largest error over the four output times. */
  readonly max_abs_error_interp?: number;
}
const table: Readonly<Record<string, TableEntry>> = JSON.parse(
  readFileSync(join(folder, "odeint_table.json"), "utf8"),
);

function load(name: string, key: string): Float64Array {
  const tensor = decodeSafetensors(readFileSync(join(folder, `${name}.safetensors`))).tensors[key];
  if (tensor === undefined) throw new Error(`${name} has no ${key}`);
  return toFloat64(tensor);
}

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

/** Ours against theirs, both float64: the same operations in another order of summation. */
function expectSameError(ours: number, theirs: number, relative: number): void {
  expect(Math.abs(ours - theirs)).toBeLessThan(relative * theirs + 1e-13);
}

describe("oracle: fixed steps agree with torchdiffeq", () => {
  const methods: readonly (readonly [string, ButcherTableau])[] = [
    ["euler", euler],
    ["midpoint", midpoint],
    ["heun2", heun],
    ["heun3", heun3],
    ["rk4", rk4ThreeEighths],
  ];
  const cases = methods.flatMap(([name, method]) =>
    [4, 8, 16, 32].map((steps) => ({ name, tableau: method, steps })),
  );

  test.each(cases)("oracle $name with $steps steps: NFE and error", async ({ name, tableau, steps }) => {
    const entry = tableEntry(`${name}/K${steps}`);
    const { states, statistics } = await solve(field, z0, {
      span: [0, 1.5],
      method: fixed(tableau, { steps }),
    });
    expect(statistics.nfe).toBe(entry.nfe);
    expectSameError(maxAbsError(states[1] ?? [], end), entry.max_abs_error_final, 1e-9);
  });
});

/** torchdiffeq draws its quartic through a middle state of first order for these pairs; we use cubic Hermite. */
function asTorchdiffeq(tableau: AdaptiveTableau, bMid: readonly number[]): AdaptiveTableau {
  return defineTableau({ ...tableau, bMid });
}

interface Pair {
  readonly name: string;
  readonly ours: AdaptiveTableau;
  readonly theirs: AdaptiveTableau;
  /** Agreement of errors. Step sizes of dopri8 follow from estimates of 1e-15, that is, from rounding. */
  readonly relative: number;
}
const pairs: readonly Pair[] = [
  { name: "dopri5", ours: dopri5, theirs: dopri5, relative: 1e-6 },
  { name: "bosh3", ours: bosh3, theirs: asTorchdiffeq(bosh3, [0, 1 / 2, 0, 0]), relative: 1e-6 },
  { name: "dopri8", ours: dopri8, theirs: dopri8, relative: 1e-3 },
  {
    name: "adaptive_heun",
    ours: adaptiveHeun,
    theirs: asTorchdiffeq(adaptiveHeun, [1 / 2, 0]),
    relative: 1e-6,
  },
  { name: "fehlberg2", ours: fehlberg2, theirs: asTorchdiffeq(fehlberg2, [0, 1 / 2, 0]), relative: 1e-6 },
];

function tableEntry(key: string): TableEntry {
  const entry = table[key];
  if (entry === undefined) throw new Error(`no entry ${key}`);
  return entry;
}

describe("oracle: adaptive steps agree with torchdiffeq", () => {
  const cases = pairs.flatMap((pair) =>
    [
      { tolerance: "0.001", key: "tol0.001", backward: false },
      { tolerance: "1e-05", key: "tol1e-05", backward: false },
      { tolerance: "1e-07", key: "tol1e-07", backward: false },
      { tolerance: "1e-07", key: "backward_tol1e-07", backward: true },
    ].map((run) => ({ ...pair, ...run })),
  );

  test.each(cases)("oracle $name/$key: NFE and errors when overshooting like it", async (it) => {
    const entry = tableEntry(`${it.name}/${it.key}`);
    const { statistics, errors } = await run(it, it.theirs, { lastStep: "overshoot" });
    expect(statistics.nfe).toBe(entry.nfe);
    expectSameError(errors.at(-1) ?? Number.NaN, entry.max_abs_error_final, it.relative);
    if (entry.max_abs_error_interp !== undefined) {
      expectSameError(Math.max(...errors), entry.max_abs_error_interp, it.relative);
    }
  });

  test.each(cases)("oracle $name/$key: by default at most its NFE, without its overshoot", async (it) => {
    const entry = tableEntry(`${it.name}/${it.key}`);
    const { statistics } = await run(it, it.ours);
    // Overshooting attempts the last step at full length; where that is rejected, clipping saves the attempt.
    expect([0, it.ours.stages - 1]).toContain(entry.nfe - statistics.nfe);
  });

  test("oracle adaptive_heun without reuse evaluates f twice a step", async () => {
    const it = { tolerance: "1e-05", backward: false };
    const { statistics } = await run(it, adaptiveHeun, { reuseLastStage: false }, [0, 1.5]);
    expect(statistics.nfe).toBe(2 + 2 * statistics.acceptedSteps + statistics.rejectedSteps - 1);
  });

  async function run(
    it: { tolerance: string; backward: boolean },
    pair: AdaptiveTableau,
    control: Partial<StepControl> = {},
    wanted: readonly number[] = times,
  ) {
    const tolerance = Number(it.tolerance);
    const { states, statistics } = await solve(field, it.backward ? end : z0, {
      times: it.backward ? backwardTimes : wanted,
      method: adaptive(pair, { rtol: tolerance, atol: tolerance, ...control }),
    });
    const errors = states.map((y, i) => maxAbsError(y, referenceAt(it.backward ? 3 - i : i)));
    return { statistics, errors };
  }
});
