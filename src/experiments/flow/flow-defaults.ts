/** One objective, or flow matching and then a shorter stretch of maximum likelihood. */
export const flowTrainings = ["flow-matching", "maximum-likelihood", "both"] as const;
/** How a flow is trained: one of `flowTrainings`. */
export type FlowTraining = (typeof flowTrainings)[number];

/** What training a flow uses where nothing is said. */
export const flowDefaults = {
  objective: "flow-matching",
  iterations: { "flow-matching": 20_000, "maximum-likelihood": 1000 },
  learningRate: { "flow-matching": 0.01, "maximum-likelihood": 0.001 },
  batch: 512,
  hidden: [128, 128, 128],
  activation: "silu",
  validations: 24,
  heldOut: 10_000,
} as const;

/** With `both`: iterations of flow matching for one of maximum likelihood, which takes some hundred times as long. */
export const MATCHING_PER_LIKELIHOOD = 200;
