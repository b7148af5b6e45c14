import type { Mean } from "../../metrics/index.js";
import type { FlowTrainingSpec, TrainedFlow } from "../../models/index.js";
import type { FlowPoint, TrainingPhase } from "../../models/internal.js";
import type { TraceEstimator } from "../../ode/internal.js";
import type { Broken } from "../../tensor/index.js";

/** Likelihood of data that training has not seen, solved by dopri5 at tolerance 1e-5. */
export interface HeldOutLikelihood {
  /** Negative log-likelihood in nats, in units of the data. */
  readonly nll: Mean;
  /** How the divergence was found: Hutchinson's estimate adds to the error of `nll`. */
  readonly estimator: TraceEstimator;
  readonly nfe: number;
  readonly milliseconds: number;
}

/** What `metrics.json` holds. */
export interface FlowMetrics {
  readonly title: string;
  readonly command: string;
  readonly status: TrainedFlow["status"];
  readonly data: string;
  readonly dimension: number;
  readonly base: string;
  /** Every choice made. */
  readonly spec: FlowTrainingSpec;
  readonly phases: readonly TrainingPhase[];
  readonly iterations: number;
  readonly parameters: number;
  readonly validationNll: number;
  /** Absent when the densities of held-out data could not be solved; then `broken` says why. */
  readonly heldOut?: HeldOutLikelihood;
  readonly broken?: Broken;
  readonly entropy?: number | undefined;
  readonly curve: readonly FlowPoint[];
  readonly seconds: { readonly training: number; readonly measuring: number };
}
