import type { FitMetrics } from "../fit/fit-metrics.js";
import type { FlowMetrics } from "../flow/flow-metrics.js";
import type { BrokenRow } from "../kit/contest.js";
import type { DensityQuality } from "./density-quality.js";
import type { SampleContest } from "./sample-contest.js";

/** What `metrics.json` holds beside the facts of every run. What follows a stop is absent. */
export interface CnfMetrics extends SampleContest {
  readonly density: string;
  /** How the flow was trained and what held-out data say of it. */
  readonly flow: FlowMetrics;
  /** By hypersolver. */
  readonly sampling: Readonly<Record<string, FitMetrics>>;
  readonly densities: readonly (DensityQuality | BrokenRow)[];
}
