import { LARGEST_SEED } from "../tensor/specs.js";

/**
 * The most of everything that tables count. More is a slip: memory or patience would end first, and say so less clearly.
 * Command lines, files and calls of the library are held to the same numbers.
 */
export const most = {
  /** Steps of a solve, evaluations of f in one, states that it yields. */
  steps: 10_000_000,
  /** Steps that error control may attempt. */
  attempts: 1_000_000_000,
  iterations: 1_000_000_000,
  /** Rows of a mini-batch. */
  batch: 1_000_000,
  /** States, points, trajectories. */
  samples: 10_000_000,
  /** Of a layer: columns or channels. */
  width: 100_000,
  /** Hidden layers of a network. */
  layers: 100,
  /** Multiply–accumulates a sample. */
  macs: 1_000_000_000_000,
  /** Side of a kernel or an image, in pixels. */
  side: 10_000,
  /** Evaluations of f with coefficients of their own: each is a part of one program. */
  learnedEvaluations: 1000,
  /** Repetitions of a whole run, by seed. */
  runs: 1000,
  validations: 1_000_000,
  /** Cells along a side of a grid that is drawn. */
  cells: 2000,
  seed: LARGEST_SEED as number,
  /** Parameters of size 1 move by about so much in an iteration: above it float32 ends. */
  learningRate: 1_000_000,
} as const;
