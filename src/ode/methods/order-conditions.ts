/** The coefficients whose consistency is at stake: strictly lower-triangular rows `a`, weights `b`, nodes `c`. */
interface Coefficients {
  readonly a: readonly (readonly number[])[];
  readonly b: readonly number[];
  readonly c: readonly number[];
}

/** One order condition: a weighted sum over the stages and the value it must have. */
interface OrderCondition {
  readonly order: number;
  /** The sum, as one writes it: `"Σ b c²"`. */
  readonly formula: string;
  readonly expected: number;
  /** What b is multiplied by, one entry a stage. */
  readonly elementaryWeights: readonly number[];
}

/**
 * The eight conditions on b for order 4, one a rooted tree with up to four nodes.
 * Reference: E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., table II.2.2.
 */
function orderConditions(a: readonly (readonly number[])[], c: readonly number[]): readonly OrderCondition[] {
  const apply = (v: readonly number[]) => a.map((row) => dot(row, v));
  const times = (u: readonly number[], v: readonly number[]) => u.map((x, i) => x * (v[i] ?? 0));
  const c2 = times(c, c);
  const ac = apply(c);
  return [
    { order: 1, formula: "Σ b", expected: 1, elementaryWeights: c.map(() => 1) },
    { order: 2, formula: "Σ b c", expected: 1 / 2, elementaryWeights: c },
    { order: 3, formula: "Σ b c²", expected: 1 / 3, elementaryWeights: c2 },
    { order: 3, formula: "Σ b A c", expected: 1 / 6, elementaryWeights: ac },
    { order: 4, formula: "Σ b c³", expected: 1 / 4, elementaryWeights: times(c2, c) },
    { order: 4, formula: "Σ b c A c", expected: 1 / 8, elementaryWeights: times(c, ac) },
    { order: 4, formula: "Σ b A c²", expected: 1 / 12, elementaryWeights: apply(c2) },
    { order: 4, formula: "Σ b A A c", expected: 1 / 24, elementaryWeights: apply(ac) },
  ];
}

/**
 * Rounding allowance of a sum over stages. Coefficients reach 50 (dopri8) and are printed to 16 digits or more,
 * so honest tableaus stay below 1e-14; a mistyped digit shows at 1e-9 at the latest.
 */
const ROUNDING = 1e-12;

export function agrees(value: number, expected: number): boolean {
  return Math.abs(value - expected) <= ROUNDING;
}

/** The first order condition up to `order` (at most 4) that the weights violate, as a sentence; else undefined. */
export function violatedCondition(coefficients: Coefficients, order: number): string | undefined {
  for (const condition of orderConditions(coefficients.a, coefficients.c)) {
    if (condition.order > order) continue;
    const value = dot(coefficients.b, condition.elementaryWeights);
    if (!agrees(value, condition.expected)) {
      return `${condition.formula} = ${value} instead of ${condition.expected} (order ${condition.order})`;
    }
  }
  return undefined;
}

export function dot(u: readonly number[], v: readonly number[]): number {
  return u.reduce((sum, x, i) => sum + x * (v[i] ?? 0), 0);
}
