import type { ButcherTableau, Span } from "../ode/index.js";
import type { CompileOptions } from "../runtime/index.js";
import type { CorrectionInput } from "./correction.js";
import type { HiddenActivation } from "./network.js";
import type { StateSource } from "./states.js";

export const fitLosses = ["residual", "trajectory", "both"] as const;
export type FitLoss = (typeof fitLosses)[number];

export const fitDirections = ["forward", "both"] as const;
export type FitDirection = (typeof fitDirections)[number];

/** Where a fit stands, for progress bars. */
export interface FitProgress {
  readonly phase: "reference" | "fit" | "measure";
  readonly done: number;
  readonly total: number;
  /** Training loss, averaged over the last iterations. */
  readonly loss?: number;
  /** Mean Euclidean error at the end of the span on validation states, when it was just measured. */
  readonly error?: number;
}

/** What a hypersolver is fitted to do, and how hard to try. Defaults are in `fitDefaults`. */
export interface FitOptions {
  /** Any explicit method; the hypersolver has its order. */
  readonly base: ButcherTableau;
  /** Number of steps over the span that it is meant for. */
  readonly steps: number;
  readonly span: Span;
  /** Initial states at span[0]. */
  readonly states: StateSource;
  /** `residual`: g against residuals on reference trajectories; `trajectory`: endpoints through f; `both`: their sum. */
  readonly loss?: FitLoss;
  readonly iterations?: number;
  /** Rows a mini-batch. */
  readonly batch?: number;
  readonly hidden?: readonly number[];
  readonly activation?: HiddenActivation;
  readonly inputs?: readonly CorrectionInput[];
  /** Intermediate tensors of f that g reads, when `inputs` has "features". */
  readonly features?: readonly string[];
  /** First learning rate of AdamW; follows half a cosine to zero after a short rise. */
  readonly learningRate?: number;
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
  /** Gradients through f in trajectory fitting. */
  readonly throughField?: boolean;
  readonly seed?: number;
  readonly compile?: CompileOptions;
  readonly onProgress?: (progress: FitProgress) => void;
  /** Ends the fit early; the best correction so far is kept. */
  readonly signal?: AbortSignal;
}

/** Options with every choice made. */
export type FitSettings = Required<
  Omit<FitOptions, "compile" | "onProgress" | "signal" | "referenceTolerance">
> &
  Pick<FitOptions, "compile" | "onProgress" | "signal" | "referenceTolerance">;

type DefaultedOption =
  | "loss"
  | "iterations"
  | "batch"
  | "hidden"
  | "activation"
  | "inputs"
  | "features"
  | "learningRate";
type PlainOption = "weightDecay" | "pretrain" | "swapEvery" | "directions" | "throughField" | "seed";

/** Defaults that depend on nothing else. Chosen by measuring on the FFJORD flow: bench/README.md tells how. */
export const fitDefaults: Readonly<Required<Pick<FitOptions, DefaultedOption | PlainOption>>> = {
  loss: "residual",
  iterations: 16_000,
  batch: 512,
  hidden: [64, 64, 64],
  activation: "silu",
  inputs: ["z", "stages", "epsilon"],
  features: [],
  learningRate: 3e-2,
  weightDecay: 1e-6,
  pretrain: 0,
  swapEvery: 1,
  directions: "forward",
  throughField: true,
  seed: 0,
};

/** Rows of residuals to learn from, when the number of trajectories is not given. */
const DEFAULT_ROWS = 65_536;
const FEWEST_TRAJECTORIES = 4096;

/** Fills in the defaults that depend on other choices. */
export function resolveFit(options: FitOptions): FitSettings {
  const { span, steps } = options;
  const target = Math.abs(span[1] - span[0]) / steps;
  // Trajectory fitting alone sees no step sizes but the target's.
  const range = options.epsilon === undefined ? defaultEpsilon(target) : options.epsilon;
  const epsilon = options.loss === "trajectory" ? null : range;
  const rowsEach = steps * (epsilon === null ? 1 : 2);
  const trajectories = Math.max(FEWEST_TRAJECTORIES, Math.ceil(DEFAULT_ROWS / rowsEach));
  return { ...fitDefaults, trajectories, ...options, epsilon };
}

/** A factor of two around the target step, so that a mesh slightly finer or coarser is still known ground. */
function defaultEpsilon(target: number): readonly [number, number] {
  return [target / 2, target * 2];
}
