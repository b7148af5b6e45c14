/** What the CLI needs of this layer and users do not. */

export { measuringWarning, stiffnessNote } from "./fit/comparison.js";
export { comparisonText, fitSummary, measuringText } from "./fit/fit-report.js";
export { measuredSamples } from "./fit/fit-request.js";
export { hasErrors } from "./fit/pareto-figure.js";
export { paretoText } from "./fit/pareto-text.js";
export { stepCurveFigure, stepCurveText } from "./fit/step-curve.js";
export { cellsFor } from "./flow/flow-figures.js";
export { flowSummary, formatNats, meanText } from "./flow/flow-report.js";
export { CHECKPOINT_FILE, checkpointing } from "./kit/checkpoint-files.js";
export { presets } from "./kit/experiment.js";
export { withMeshes } from "./kit/mesh-competitors.js";
export { reportArtifacts, reportText } from "./kit/report.js";
export type { FoundSeeds, SeedRun } from "./kit/seeds.js";
export { noStore, storeBelow, type TrackedStore, trackedStore } from "./kit/store.js";
export { getContent, isContent, putContent } from "./sweep/content.js";
export { follow, hasEnded, type Standings, standingsOf } from "./sweep/follow.js";
export {
  fileTexts,
  type JobPayload,
  type JobSpec,
  withFiles,
} from "./sweep/job.js";
export { openQueue } from "./sweep/open-queue.js";
export { startPace } from "./sweep/pace.js";
export {
  type PlannedJob,
  type PlannedSweep,
  plannedOf,
  planSweep,
  type SubmittedFile,
} from "./sweep/plan.js";
export type { JobProgress, JobQueue, JobRecord, JobStanding } from "./sweep/queue.js";
export type { Assignment, JobEnd, JobRun, JobRunner, WholeFile } from "./sweep/runner.js";
export { type SweepMetrics, sweepMetrics } from "./sweep/sweep-outcome.js";
export { atText, sweepReport } from "./sweep/sweep-report.js";
export { rowsOfJob } from "./sweep/sweep-rows.js";
export { checkedSweep, type Sweep } from "./sweep/sweep-table.js";
export { type WorkEvent, work } from "./sweep/work.js";
export { resolveTune } from "./tune/ground.js";
export type { RemoteFits } from "./tune/remote-fits.js";
export { tuneText } from "./tune/tune-report.js";
export { tuneTable } from "./tune/tune-table.js";
