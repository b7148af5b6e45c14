/** How the divergence of a field may be computed along a solve: see `TraceEstimator`. */
export const traceEstimators = ["exact", "hutchinson"] as const;

/** States up to this dimension get the exact trace by default. */
export const EXACT_TRACE_LIMIT = 8;
