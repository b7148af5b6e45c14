/**
 * First of two guesses of the initial step: small enough that an explicit Euler step of it moves the state by 1%.
 * @param d0 norm of y0 / tolerance.
 * @param d1 norm of f(t0, y0) / tolerance.
 * @param limit length of the span: the trial point t0 + h0 never leaves it.
 * @returns h0 > 0.
 */
export function initialStepGuess(d0: number, d1: number, limit: number): number {
  const guess = d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : (0.01 * d0) / d1;
  // Norms that overflow leave no information; 1e-6 is also what the rule takes where both norms are tiny.
  return Math.min(guess > 0 && Number.isFinite(guess) ? guess : 1e-6, limit);
}

/**
 * The initial step, from the guess and an estimate of the second derivative.
 * @param h0 the guess of `initialStepGuess`.
 * @param d1 norm of f(t0, y0) / tolerance.
 * @param d2 norm of (f(t0 + h0, y0 + h0 f0) - f0) / tolerance, divided by h0.
 * @param errorOrder q of an error estimate that is O(dt^q).
 * @param limit length of the span.
 * @returns a step size in (0, limit].
 * Reference: E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., section II.4.
 */
export function initialStepSize(
  h0: number,
  d1: number,
  d2: number,
  errorOrder: number,
  limit: number,
): number {
  const steepest = Math.max(d1, d2);
  if (!Number.isFinite(steepest)) return h0;
  const h1 = steepest <= 1e-15 ? Math.max(1e-6, h0 * 1e-3) : (0.01 / steepest) ** (1 / errorOrder);
  return Math.min(100 * h0, h1, limit);
}
