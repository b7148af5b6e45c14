/** What tables of options need of this layer: loads nothing else. */

export { experimentNames } from "./experiment-names.js";
export {
  type FlowTraining,
  flowDefaults,
  flowTrainings,
  MATCHING_PER_LIKELIHOOD,
} from "./flow/flow-defaults.js";
export { type Preset, presetNames } from "./kit/preset-names.js";
export type { JobKind, JobKinds, JobSpec } from "./sweep/job.js";
export { isPostgres, withoutConnections } from "./sweep/queue-request.js";
export { tuneTable } from "./tune/tune-table.js";
