import type { StateSource } from "../../hypersolver/index.js";
import type { StateStream } from "../../hypersolver/internal.js";
import type { ButcherTableau, Field, Span } from "../../ode/index.js";
import type { Competitor } from "../kit/competitor.js";

/** What solvers are learned for. */
export interface LearnedCase {
  readonly field: Field;
  readonly span: Span;
  readonly states: StateSource | StateStream;
  /** What equation 4 of the paper corrects. */
  readonly base: ButcherTableau;
  /** Of dopri5, for trajectories to learn from. Default: that of `fit`. */
  readonly referenceTolerance?: number;
  /** Which number tables show: the mean distance to the reference, or that over the mean norm. */
  readonly measure: "error" | "relative";
  /** Timed runs of each solve. */
  readonly repetitions: number;
  /** What else is measured beside: hypersolvers that are there already. */
  readonly rivals: readonly Competitor[];
  dispose(): Promise<void>;
}
