/** The same arithmetic in another order, float64. */
export const SAME_NUMERICS = 1e-12;
/** One float32 kernel against float64, relative to the largest element. */
export const FLOAT32_FORWARD = 2e-6;
/** Central differences of step 1e-5 in float64: truncation and cancellation both near 1e-10, with margin for curvature. */
export const FINITE_DIFFERENCE = 1e-7;
