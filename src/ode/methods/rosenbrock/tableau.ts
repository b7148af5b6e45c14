/**
 * A Rosenbrock method with error estimate: implicit, yet with linear systems alone, one matrix a step.
 *
 *     (I/(dt γ) − J) U_i = f(s + c_i dt, y + Σ_j a_ij U_j) + Σ_j C_ij U_j/dt + d_i dt ∂f/∂s      J = ∂f/∂y (s, y)
 *     y1 = y + Σ_i b_i U_i
 *
 * The form without matrix–vector products: U = Γ K of the method's increments K.
 * Reference: E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed., section IV.7.
 */
export interface RosenbrockTableau {
  readonly name: string;
  /** As tables and figures have it. */
  readonly title: string;
  /** Global order of convergence of y1. */
  readonly order: number;
  /** Order of the embedded solution. */
  readonly embeddedOrder: number;
  /** Row i has i entries, as in `C`. */
  readonly a: readonly (readonly number[])[];
  readonly C: readonly (readonly number[])[];
  readonly b: readonly number[];
  /** Weights of y1 − ŷ1. */
  readonly bError: readonly number[];
  readonly c: readonly number[];
  readonly d: readonly number[];
  readonly gamma: number;
  /**
   * Dense output: y(s + θ dt) ≈ (1 − θ) y + θ (y1 + (1 − θ)(Σ dense₀_i U_i + θ Σ dense₁_i U_i)), one row each.
   */
  readonly dense: readonly [readonly number[], readonly number[]];
  /** Where the coefficients come from. */
  readonly reference: string;
}
