import type { AdaptiveTableau } from "../methods/tableau.js";

/**
 * How a pair can tell that its steps are as long as stability lets them be, at no evaluation of f: two stages at the end of
 * the step, at states g and g', show how f changes between them, dt |λ| ≈ dt ‖f(g') − f(g)‖/‖g' − g‖.
 * Reference: E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed., section IV.2.
 */
export interface StiffnessTest {
  /** g' − g = dt Σ weights_i k_i. */
  readonly weights: readonly number[];
  /** f(g') − f(g) = Σ slopes_i k_i. */
  readonly slopes: readonly number[];
  /** Where steps count as limited: just inside the stability interval of the negative real axis. */
  readonly bound: number;
}

/** The test of a pair; undefined where its last two stages are not both at the end of the step. */
export function stiffnessTest(tableau: AdaptiveTableau): StiffnessTest | undefined {
  const known = tests.get(tableau);
  if (known !== undefined) return known;
  const { a, c } = tableau;
  const last = c.length - 1;
  if (last < 2 || c[last] !== 1 || c[last - 1] !== 1) return undefined;
  const [before, at] = [a[last - 1] ?? [], a[last] ?? []];
  const test: StiffnessTest = {
    weights: c.map((_, i) => (at[i] ?? 0) - (before[i] ?? 0)),
    slopes: c.map((_, i) => (i === last ? 1 : i === last - 1 ? -1 : 0)),
    bound: NEAR * stabilityInterval(tableau),
  };
  tests.set(tableau, test);
  return test;
}

const tests = new WeakMap<AdaptiveTableau, StiffnessTest>();

/** Hairer's 3.25 of dopri5's 3.31. */
const NEAR = 0.98;

/** How far the pair is stable along the negative real axis: the smallest x with |R(−x)| = 1. */
function stabilityInterval({ a, b }: AdaptiveTableau): number {
  const growth = (x: number): number => {
    const stages: number[] = [];
    for (const row of a)
      stages.push(1 - x * row.reduce((sum, weight, j) => sum + weight * (stages[j] ?? 0), 0));
    return Math.abs(1 - x * b.reduce((sum, weight, j) => sum + weight * (stages[j] ?? 0), 0));
  };
  let x = 0.5;
  while (x < 100 && growth(x) <= 1) x += 0.01;
  return x;
}

/** So many steps at the bound, with hardly any others between, and the field is stiff. */
const LIMITED = 15;
/** So many others, and counting begins anew. */
const FREE = 6;

/** Counts steps that stability limits, and those that tolerances do. */
export class StiffnessCount {
  #limited = 0;
  #free = 0;
  isStiff = false;

  /** @param share dt |λ| of an accepted step over the bound; undefined or NaN tells nothing. */
  add(share: number | undefined): void {
    if (share === undefined || Number.isNaN(share)) return;
    if (share >= 1) {
      this.#free = 0;
      this.#limited++;
      if (this.#limited === LIMITED) this.isStiff = true;
    } else if (++this.#free === FREE) this.#limited = 0;
  }
}
