/** The same arithmetic in another order, float64. */
export const SAME_NUMERICS = 1e-12;
/** One float32 kernel against float64, relative to the largest element. */
export const FLOAT32_FORWARD = 2e-6;
/** Central differences of step 1e-5 in float64: truncation and cancellation both near 1e-10, with margin for curvature. */
export const FINITE_DIFFERENCE = 1e-7;
/** Solves whose error cancels exactly in float64: what remains is rounding, some 1e-16 an operation. */
export const FLOAT64_ROUNDING = 1e-13;
/** A fitted slope this far from its order is a wrong power of ε: that costs a whole order. */
export const SLOPE = 0.1;
/** Values kept as float32 in a table of training rows (2^-24 = 6e-8), and one or two operations on them. */
export const FLOAT32_STORED = 1e-6;
