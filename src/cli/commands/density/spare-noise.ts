import type { TraceEstimator } from "../../../ode/internal.js";
import type { TraceOptions } from "../../options/tables.js";
import { unusable } from "../../options/usage-error.js";

/** Noise belongs to Hutchinson's estimator, which is the default for many columns. */
export function refuseSpareNoise({ noise, estimator }: TraceOptions, used: TraceEstimator): void {
  if (noise === undefined || used === "hutchinson") return;
  throw unusable(
    "--noise",
    "--estimator hutchinson beside it: the exact divergence needs no noise",
    estimator === undefined ? "no --estimator" : `--estimator ${estimator}`,
  );
}
