/**
 * Weights of the explicit Adams formula on any mesh: ∫ over the step of the polynomial through the last evaluations, over
 * the step's size. y1 = y + dt Σ w_j f_j; on equal steps the weights of Bashforth: 3/2, −1/2; 23/12, −16/12, 5/12.
 * @param sizes of this step and of those before it, the latest first; as many evaluations are used.
 * Reference: E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., section III.5.
 */
export function adamsWeights(sizes: readonly number[]): number[] {
  const [dt = 1, ...before] = sizes;
  // Evaluations at θ = 0, −ω₁, −ω₁ − ω₂, …, in units of this step, which is 0 ≤ θ ≤ 1.
  let at = 0;
  const nodes = [0, ...before.map((size) => (at -= size / dt))];
  return nodes.map((node, j) => {
    const others = nodes.filter((_, i) => i !== j);
    const basis = others.reduce((polynomial, other) => timesRoot(polynomial, other, node - other), [1]);
    return basis.reduce((integral, coefficient, power) => integral + coefficient / (power + 1), 0);
  });
}

/** A polynomial (coefficients from the constant on) times (θ − root)/divisor. */
function timesRoot(polynomial: readonly number[], root: number, divisor: number): number[] {
  return [0, ...polynomial].map((shifted, i) => (shifted - root * (polynomial[i] ?? 0)) / divisor);
}
