/** Distributions with mean 0 and covariance 1 for Hutchinson's estimator; Rademacher's ±1 has the least variance. */
export const noiseKinds = ["rademacher", "gaussian"] as const;
/** One of those distributions. */
export type NoiseKind = (typeof noiseKinds)[number];
/** The default. */
export const DEFAULT_NOISE: NoiseKind = "rademacher";
