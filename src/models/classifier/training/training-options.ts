import type { Augmentation, ImageSet } from "../../../data/index.js";
import type { Method, Tolerances } from "../../../ode/index.js";
import { type ContinuousAdjoint, resolveMethod } from "../../../ode/internal.js";
import {
  adam,
  adamw,
  type Checkpoint,
  cosineAnnealing,
  type Optimizer,
  type Schedule,
  warmup,
} from "../../../optim/index.js";
import { fail } from "../../../tensor/index.js";
import { sha256 } from "../../../tensor/internal.js";
import type { ClassifierArchitecture } from "../architecture.js";
import type { Classifier } from "../classifier.js";

/**
 * How the loss is differentiated. `unrolled`: all fixed steps and the way back in one program, the fastest, with memory
 * for all activations of all steps. `discrete`: the same gradient step by step, with memory for one state a step.
 * `continuous`: the adjoint equation.
 */
type ClassifierGradient = "unrolled" | "discrete" | "continuous" | ContinuousAdjoint;

/** What to train on which images, and how. */
export interface ClassifierTrainingOptions {
  readonly architecture: ClassifierArchitecture;
  /** Labelled images. */
  readonly data: ImageSet;
  /**
   * What chooses the best values: other images, or how many of `data`, at random, training is not to see. Default 2000,
   * or a fifth where there are fewer than 10,000.
   */
  readonly validation?: ImageSet | number;
  /** Where training begins. Default: first values drawn from the seed. */
  readonly from?: Classifier | undefined;
  readonly iterations: number;
  /** Images a mini-batch. Default 32. */
  readonly batch?: number;
  /** First learning rate. Default 1e-3. */
  readonly learningRate?: number;
  /** `cosine` (default) rises over the first 2 % of the iterations and falls to zero. */
  readonly schedule?: "cosine" | "constant";
  /** Default `adam`. */
  readonly optimizer?: "adam" | "adamw";
  /** Default 0 for adam, 0.01 for adamw. */
  readonly weightDecay?: number;
  /** Largest Euclidean norm of the gradient. Default 1. */
  readonly clipNorm?: number;
  /** Keeps and validates a moving average of the parameters, over the running statistics of the current ones. Default: none. */
  readonly averageDecay?: number;
  /** How training images are varied. Default: not. */
  readonly augmentation?: Augmentation;
  /** How training solves; not by a correction. Default, and tolerances that its spelling does not say: dopri5 at 1e-3. */
  readonly solver?: Method | string;
  /**
   * Draws the inner mesh points of the fixed steps anew in every iteration, each within half a step of its place: f then
   * cannot be right for one mesh alone, and comes closer to an equation that other solvers agree on. With the gradient
   * `unrolled`. Default false.
   */
  readonly randomMesh?: boolean;
  /** What validation solves by. Default: as in training, or dopri5 at 1e-3 where meshes are random. */
  readonly validationSolver?: Method | string;
  /** Default `unrolled` for fixed steps, `discrete` for step control. */
  readonly gradient?: ClassifierGradient;
  /** How often to validate. Default 12 times. */
  readonly validations?: number;
  /** Of first values, order of images, variations. Default 0. */
  readonly seed?: number;
  /** Where to go on, as `onCheckpoint` gave it: the result is the same, bit by bit, as without the break. */
  readonly checkpoint?: Checkpoint | undefined;
  /** Called after every validation, and at an early end. */
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => Promise<void> | void) | undefined;
}

/** Tolerances of training where none are asked for. */
export const CLASSIFIER_TRAINING_TOLERANCES: Tolerances = { rtol: 1e-3, atol: 1e-3 };
const WARMUP_SHARE = 0.02;

/** Options with defaults filled in. */
export interface TrainingPlan {
  readonly iterations: number;
  readonly batch: number;
  readonly validations: number;
  readonly seed: number;
  readonly clipNorm: number;
  readonly solver: Method;
  readonly randomMesh: boolean;
  readonly validationSolver: Method;
  readonly gradient: ClassifierGradient;
  readonly optimizer: Optimizer;
  readonly rate: Schedule;
  /** What decides the outcome, as text. */
  readonly settings: string;
}

/** @throws INVALID_ARGUMENT naming what makes no sense. */
export function trainingPlan(options: ClassifierTrainingOptions): TrainingPlan {
  const { iterations, batch = 32, validations = 12, learningRate = 1e-3, clipNorm = 1, seed = 0 } = options;
  const { optimizer = "adam", schedule = "cosine", averageDecay, randomMesh = false } = options;
  const weightDecay = options.weightDecay ?? (optimizer === "adamw" ? 0.01 : 0);
  const positive = (value: number): boolean => value > 0 && value < Number.POSITIVE_INFINITY;
  for (const [what, value] of Object.entries({ iterations, batch, validations }))
    requireThat(what, value, "a positive integer", Number.isInteger(value) && value > 0);
  for (const [what, value] of Object.entries({ learningRate, clipNorm }))
    requireThat(what, value, "a finite number above 0", positive(value));
  requireThat(
    "weightDecay",
    weightDecay,
    "a finite number, at least 0",
    weightDecay === 0 || positive(weightDecay),
  );
  if (averageDecay !== undefined)
    requireThat("averageDecay", averageDecay, "a number in (0, 1)", averageDecay > 0 && averageDecay < 1);
  const solver = resolveMethod(options.solver, CLASSIFIER_TRAINING_TOLERANCES);
  const gradient = options.gradient ?? (solver.kind === "adaptive" ? "discrete" : "unrolled");
  if (gradient === "unrolled" && solver.kind === "adaptive") {
    throw fail("INVALID_ARGUMENT", {
      what: "gradient",
      expected: "discrete or continuous, where tolerances choose the steps",
      received: "unrolled, which needs fixed steps",
      help: "take a method of fixed steps, such as midpoint:5",
    });
  }
  if (randomMesh && gradient !== "unrolled") {
    throw fail("INVALID_ARGUMENT", {
      what: "randomMesh",
      expected: "fixed steps with the gradient unrolled",
      received: solver.kind === "adaptive" ? "step control" : `the gradient ${gradientName(gradient)}`,
    });
  }
  const validationSolver =
    options.validationSolver === undefined && !randomMesh
      ? solver
      : resolveMethod(options.validationSolver, CLASSIFIER_TRAINING_TOLERANCES);
  const plain = { iterations, batch, validations, learningRate, clipNorm, seed, optimizer, schedule };
  return {
    iterations,
    batch,
    validations,
    seed,
    clipNorm,
    solver,
    gradient,
    randomMesh,
    validationSolver,
    optimizer: (optimizer === "adam" ? adam : adamw)({ weightDecay }),
    rate: scheduleOf(schedule, learningRate, iterations),
    settings: JSON.stringify({
      ...plain,
      architecture: options.architecture.name,
      weightDecay,
      averageDecay,
      gradient: gradientText(gradient),
      solver: solver.text,
      augmentation: options.augmentation,
      randomMesh: randomMesh ? true : undefined,
      validationSolver: options.validationSolver && validationSolver.text,
      from: options.from && digestOfValues(options.from),
      data: digestOf(options.data),
      validation: typeof options.validation === "object" ? digestOf(options.validation) : options.validation,
    }),
  };
}

const gradientName = (gradient: ClassifierGradient): string =>
  typeof gradient === "string" ? gradient : "continuous";

/** As JSON, the adjoint's method by its spelling. */
function gradientText(gradient: ClassifierGradient): unknown {
  if (typeof gradient === "string" || typeof gradient.method !== "object") return gradient;
  return { ...gradient, method: gradient.method.text };
}

function scheduleOf(schedule: "cosine" | "constant", learningRate: number, iterations: number): Schedule {
  if (schedule === "constant") return () => learningRate;
  const rise = Math.ceil(iterations * WARMUP_SHARE);
  return warmup(cosineAnnealing({ from: learningRate, iterations: Math.max(1, iterations - rise) }), rise);
}

const digestOf = ({ shape, images, labels }: ImageSet): string =>
  `${shape.join("x")} ${sha256(images, labels).slice(0, 16)}`;

const digestOfValues = ({ state }: Classifier): string =>
  sha256(...Object.entries(state).flatMap(([name, { data }]) => [name, data])).slice(0, 16);

function requireThat(what: string, value: number, expected: string, holds: boolean): void {
  if (!holds) throw fail("INVALID_ARGUMENT", { what, expected, received: String(value) });
}
