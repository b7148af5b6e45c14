import type { ButcherTableau, Span } from "../../ode/index.js";
import type { Checkpoint } from "../../optim/index.js";
import type { RunOptions } from "../../runtime/index.js";
import type { ConvArchitecture, ConvArchitectureName } from "../correction/conv-architectures.js";
import type { ConvActivation } from "../correction/conv-network.js";
import type { CorrectionInput } from "../correction/correction.js";
import type { StateStream } from "../states/state-stream.js";
import type { StateSource } from "../states/states.js";

export const fitLosses = ["residual", "trajectory", "both"] as const;
export type FitLoss = (typeof fitLosses)[number];

export const fitDirections = ["forward", "both"] as const;
export type FitDirection = (typeof fitDirections)[number];

/** What a hypersolver is fitted to do, and how hard to try. Defaults are in `fitDefaults`. */
export interface FitOptions extends RunOptions {
  /** Any explicit method; the hypersolver has its order. */
  readonly base: ButcherTableau;
  /** Number of steps over the span that it is meant for. */
  readonly steps: number;
  readonly span: Span;
  /** Initial states at span[0]. */
  readonly states: StateSource | StateStream;
  /** `residual`: g against residuals on reference trajectories; `trajectory`: endpoints through f; `both`: their sum. */
  readonly loss?: FitLoss;
  readonly iterations?: number;
  /**
   * Iterations of trajectory fitting after those, from the best correction until then: with residual loss, "residual
   * first, then trajectory". Default 0.
   */
  readonly trajectoryIterations?: number;
  /** Rows a mini-batch; for images, whole trajectories. */
  readonly batch?: number;
  /** Widths of the hidden layers; for images, their channels. */
  readonly hidden?: readonly number[];
  /** `channel-prelu` for images only. */
  readonly activation?: ConvActivation;
  /**
   * Images only: inputs, layers and activation together, by name or as data. Options given beside it go first. Default:
   * `defaultArchitecture`; `mnist-paper` beside `hidden`, `kernels` or `inputs`.
   */
  readonly architecture?: ConvArchitectureName | ConvArchitecture;
  /** Images only: sides of the kernels, one more than `hidden`. */
  readonly kernels?: readonly number[];
  readonly inputs?: readonly CorrectionInput[];
  /** Intermediate tensors of f that g reads, when `inputs` has "features". */
  readonly features?: readonly string[];
  /** First learning rate of AdamW; follows half a cosine to `finalLearningRate` after a short rise. */
  readonly learningRate?: number;
  readonly finalLearningRate?: number;
  /** The same of the trajectory phase. Default: a tenth of `learningRate`, to a tenth of `finalLearningRate`. */
  readonly trajectoryLearningRate?: number;
  readonly weightDecay?: number;
  /** Step sizes to learn beside those of the target mesh, without sign; `null`: the target mesh alone. */
  readonly epsilon?: readonly [number, number] | null;
  /** Reference trajectories to solve. */
  readonly trajectories?: number;
  /** rtol = atol of the reference; default from ε^(p+1). */
  readonly referenceTolerance?: number;
  /** Iterations on the first mini-batch alone, as the paper begins. */
  readonly pretrain?: number;
  /** Iterations before the next mini-batch. */
  readonly swapEvery?: number;
  /**
   * `forward`: along the span. `both`: g also learns every step backwards, along the same references, so that one
   * correction samples a flow and evaluates its density. Needs residual loss, and "epsilon" among the inputs.
   */
  readonly directions?: FitDirection;
  /** Images only: steps of the mesh that an iteration learns from, drawn anew each time. Default: all. */
  readonly meshPoints?: number;
  /** Images only: bytes of reference states to keep for reuse. Default 512 MiB. One mini-batch is always kept. */
  readonly referenceMemory?: number;
  /** Gradients through f in trajectory fitting. */
  readonly throughField?: boolean;
  readonly seed?: number;
  /**
   * Where to go on, as `onCheckpoint` gave it: the result is the same, bit by bit, as without the break, on the same
   * machine with as many threads. References are solved again.
   */
  readonly checkpoint?: Checkpoint;
  /** Called after every validation, and at an early end. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => Promise<void> | void;
}

/** What is no part of the request, or has no default. */
type RunOption = keyof RunOptions | "referenceTolerance";
type CheckpointOption = "checkpoint" | "onCheckpoint";

/** Options with every choice made. */
export type FitSettings = Required<
  Omit<FitOptions, RunOption | CheckpointOption | "architecture" | "meshPoints" | "kernels">
> &
  Pick<FitOptions, RunOption> & {
    /** Of images; undefined for vectors, whose corrections are MLPs. */
    readonly kernels: readonly number[] | undefined;
    readonly meshPoints: number | undefined;
  };

type DefaultedOption =
  | "loss"
  | "iterations"
  | "batch"
  | "hidden"
  | "activation"
  | "inputs"
  | "features"
  | "learningRate"
  | "finalLearningRate"
  | "trajectoryIterations";
type PlainOption =
  | "weightDecay"
  | "pretrain"
  | "swapEvery"
  | "directions"
  | "throughField"
  | "seed"
  | "referenceMemory";

/** Defaults that depend on nothing else. Chosen by measuring on the FFJORD flow: bench/README.md tells how. */
export const fitDefaults: Readonly<Required<Pick<FitOptions, DefaultedOption | PlainOption>>> = {
  loss: "residual",
  iterations: 16_000,
  trajectoryIterations: 0,
  batch: 512,
  hidden: [64, 64, 64],
  activation: "silu",
  inputs: ["z", "stages", "epsilon"],
  features: [],
  learningRate: 3e-2,
  finalLearningRate: 0,
  weightDecay: 1e-6,
  pretrain: 0,
  swapEvery: 1,
  directions: "forward",
  throughField: true,
  referenceMemory: 512 * 2 ** 20,
  seed: 0,
};

/**
 * What differs for image states: the schedule of Poli et al. (2020), appendix C.2, with its mini-batches for CIFAR-10.
 * Those for MNIST are of 32, which trajectory fitting of 32 channels pays with gigabytes.
 */
export const imageFitDefaults: Readonly<
  Required<
    Pick<
      FitOptions,
      | "iterations"
      | "batch"
      | "learningRate"
      | "finalLearningRate"
      | "pretrain"
      | "swapEvery"
      | "trajectories"
      | "epsilon"
    >
  >
> = {
  iterations: 1000,
  batch: 16,
  learningRate: 1e-2,
  finalLearningRate: 5e-4,
  pretrain: 100,
  swapEvery: 10,
  trajectories: 4096,
  epsilon: null,
};
