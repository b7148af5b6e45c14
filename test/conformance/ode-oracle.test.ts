import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type AdaptiveTableau,
  adaptiveHeun,
  bosh3,
  type ButcherTableau,
  defineTableau,
  dopri5,
  dopri8,
  euler,
  fehlberg2,
  heun,
  heun3,
  midpoint,
  type PlainField,
  rk4ThreeEighths,
  type SolveOptions,
  solve,
} from "../../src/ode/index.js";
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
    layers.reduce<Float64Array>((x, { weight, bias }, index) => {
      const y = bias.map(
        (b, i) => b + x.reduce((sum, value, j) => sum + (weight[i * x.length + j] ?? 0) * value, 0),
      );
      return index === layers.length - 1 ? y : y.map(Math.tanh);
    }, Float64Array.of(...z, s));
  return (s, z) => [0, 3, 6, 9, 12].flatMap((start) => Array.from(row(s, z.subarray(start, start + 3))));
}

test("explore", async () => {
  const withMid = (t: AdaptiveTableau, bMid: number[]) => defineTableau({ name: t.name, order: t.order, a: t.a, b: t.b, c: t.c, reference: t.reference, bError: t.bError, embeddedOrder: t.embeddedOrder, reuseLastStage: t.reuseLastStage, bMid });
  for (const [m, t] of [["dopri5", dopri5], ["bosh3", withMid(bosh3,[0,.5,0,0])], ["dopri8", dopri8], ["adaptive_heun", withMid(adaptiveHeun,[.5,0])], ["fehlberg2", withMid(fehlberg2,[0,.5,0])]] as const)
    for (const tol of ["0.001", "1e-05", "1e-07"]) {
      for (const lastStep of ["overshoot", "clip"] as const) {
      const r = await solve(field, z0, { method: lastStep === "clip" ? m : t, times, rtol: +tol, atol: +tol, lastStep });
      const e = r.states.map((y, i) => maxAbsError(y, referenceAt(i)));
      console.log(m, tol, lastStep, r.statistics.nfe, r.statistics.acceptedSteps, r.statistics.rejectedSteps, e.at(-1), Math.max(...e), JSON.stringify(table[`${m}/tol${tol}`]));
      }
    }
  for (const [m, t] of [["dopri5", dopri5], ["bosh3", withMid(bosh3,[0,.5,0,0])], ["dopri8", dopri8], ["adaptive_heun", withMid(adaptiveHeun,[.5,0])], ["fehlberg2", withMid(fehlberg2,[0,.5,0])]] as const)
    for (const start of [end, z0]) {
      const r = await solve(field, start, { method: t, times: [1.5, 0], rtol: 1e-7, atol: 1e-7, lastStep: "overshoot" });
      console.log("back", m, r.statistics.nfe, maxAbsError(r.states[1]!, referenceAt(0)), JSON.stringify(table[`${m}/backward_tol1e-07`]));
    }
  for (const [m, t] of [["euler", euler], ["midpoint", midpoint], ["heun2", heun], ["heun3", heun3], ["rk4", rk4ThreeEighths]] as const)
    for (const K of [4, 8, 16, 32]) {
      const r = await solve(field, z0, { method: t, span: [0, 1.5], steps: K });
      console.log(m, K, r.statistics.nfe, maxAbsError(r.states[1]!, end), JSON.stringify(table[`${m}/K${K}`]));
    }
});
