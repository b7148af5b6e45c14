import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import {
  type AdaptiveTableau,
  adaptiveHeun,
  type ButcherTableau,
  bosh3,
  defineTableau,
  dopri5,
  dopri8,
  euler,
  fehlberg2,
  heun,
  heun3,
  midpoint,
  rk4ThreeEighths,
} from "../../src/ode/index.js";
import { oracleFolder } from "./oracle.js";

/** torchdiffeq's numbers of one solve, in float64. */
interface TorchdiffeqSolve {
  readonly nfe: number;
  /** Largest error at the end of the integration. */
  readonly max_abs_error_final: number;
  /** Largest error over the four output times. */
  readonly max_abs_error_interp?: number;
}

const solves: Readonly<Record<string, TorchdiffeqSolve>> = JSON.parse(
  readFileSync(join(oracleFolder, "odeint_table.json"), "utf8"),
);

/** @param key `rk4/K8`, or `dopri5/tol1e-05`. */
export function torchdiffeqSolve(key: string): TorchdiffeqSolve {
  const entry = solves[key];
  if (entry === undefined) throw new Error(`no entry ${key}`);
  return entry;
}

/** Ours against theirs, both float64: the same operations in another order of summation. */
export function expectSameError(ours: number, theirs: number, relative: number): void {
  expect(Math.abs(ours - theirs)).toBeLessThan(relative * theirs + 1e-13);
}

const fixedTableaus: readonly (readonly [string, ButcherTableau])[] = [
  ["euler", euler],
  ["midpoint", midpoint],
  ["heun2", heun],
  ["heun3", heun3],
  ["rk4", rk4ThreeEighths],
];

/** Solves in fixed steps. */
export const fixedCases: readonly { name: string; tableau: ButcherTableau; steps: number }[] =
  fixedTableaus.flatMap(([name, tableau]) => [4, 8, 16, 32].map((steps) => ({ name, tableau, steps })));

/** torchdiffeq draws its quartic through a middle state of first order for these pairs; we use cubic Hermite. */
const asTorchdiffeq = (tableau: AdaptiveTableau, bMid: readonly number[]): AdaptiveTableau =>
  defineTableau({ ...tableau, bMid });

interface AdaptivePair {
  readonly name: string;
  readonly ours: AdaptiveTableau;
  readonly theirs: AdaptiveTableau;
  /** Agreement of errors. */
  readonly relative: number;
}

/** Embedded pairs, as we and as torchdiffeq have them. */
export const adaptivePairs: readonly AdaptivePair[] = [
  { name: "dopri5", ours: dopri5, theirs: dopri5, relative: 1e-6 },
  { name: "bosh3", ours: bosh3, theirs: asTorchdiffeq(bosh3, [0, 1 / 2, 0, 0]), relative: 1e-6 },
  // Its step sizes follow from estimates of 1e-15, that is, from rounding.
  { name: "dopri8", ours: dopri8, theirs: dopri8, relative: 1e-3 },
  {
    name: "adaptive_heun",
    ours: adaptiveHeun,
    theirs: asTorchdiffeq(adaptiveHeun, [1 / 2, 0]),
    relative: 1e-6,
  },
  { name: "fehlberg2", ours: fehlberg2, theirs: asTorchdiffeq(fehlberg2, [0, 1 / 2, 0]), relative: 1e-6 },
];

export interface AdaptiveCase extends AdaptivePair {
  readonly tolerance: number;
  readonly key: string;
  readonly backward: boolean;
}

/** Solves under step control. */
export const adaptiveCases: readonly AdaptiveCase[] = adaptivePairs.flatMap((pair) =>
  [
    { tolerance: 1e-3, key: "tol0.001", backward: false },
    { tolerance: 1e-5, key: "tol1e-05", backward: false },
    { tolerance: 1e-7, key: "tol1e-07", backward: false },
    { tolerance: 1e-7, key: "backward_tol1e-07", backward: true },
  ].map((run) => ({ ...pair, ...run })),
);
