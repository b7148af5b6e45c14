/** What the CLI needs of this layer and users do not. */

export { comparisonText, fitSummary, measuringText } from "./fit/fit-report.js";
export { measuredSamples } from "./fit/fit-request.js";
export { hasErrors } from "./fit/pareto-figure.js";
export { cellsFor } from "./flow/flow-figures.js";
export { flowSummary, formatNats, meanText } from "./flow/flow-report.js";
export { CHECKPOINT_FILE, checkpointing } from "./kit/checkpoint-files.js";
export { presets } from "./kit/experiment.js";
export { storeBelow, type TrackedStore, trackedStore } from "./kit/store.js";
export { isContent } from "./sweep/content.js";
export { fileTexts, type JobPayload, type JobSpec, withFiles } from "./sweep/job.js";
export type { JobProgress } from "./sweep/queue.js";
export type { Assignment, JobEnd, JobRun, JobRunner, WholeFile } from "./sweep/runner.js";
export { resolveTune } from "./tune/ground.js";
export { tuneText } from "./tune/tune-report.js";
export { tuneTable } from "./tune/tune-table.js";
