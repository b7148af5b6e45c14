import type { Complete, Spec } from "../../spec/index.js";
import { most, seedRow } from "../../spec/internal.js";
import { spanRow } from "../fit/fit-rows.js";

/**
 * What coefficients are fitted to do, and how hard to try. Defaults were chosen by measuring on the FFJORD flow
 * (see bench/README.md).
 */
export const coefficientTable = {
  evaluations: {
    type: "integer",
    min: 1,
    max: most.learnedEvaluations as number,
    required: true,
    placeholder: "n",
    group: "What to fit:",
    help: "evaluations of the field in the whole solve",
  },
  span: spanRow as typeof spanRow,
  /**
   * `regression`: computed, see `regressed-start.ts`. A tableau or a multistep method, in as many steps as make the
   * evaluations. `closest`: of those the one that measures best.
   */
  start: {
    type: "text",
    otherwise:
      "of 5 to 32 evaluations, images of 1 to 32: regression; else midpoint for an even number, ab2 for an odd one",
    placeholder: "method",
    group: "For coefficients:",
    help: "where training begins: regression, coefficients computed by least squares; a method by its name, such as midpoint, rk4 or ab2; closest, the classical method that ends closest",
  },
  /** A transformation of n evaluations has 4n − 1 numbers, along Bézier curves 11. See `scale-time.ts`. */
  family: {
    type: "choice",
    of: ["free", "scale-time", "bezier"],
    default: "free",
    placeholder: "name",
    group: "For coefficients:",
    help: "{choices}: every coefficient is free; a scale-time transformation of the start, four numbers an evaluation; such a transformation along Bézier curves, 11 numbers",
  },
  /** Scales stay 1, and every state stays at the time that its weights add up to. */
  consistent: {
    type: "boolean",
    default: false,
    flag: "--consistent",
    group: "For coefficients:",
    help: "only coefficients of a consistent method, which would converge in many such steps",
  },
  /** Without, f is evaluated where the start method evaluates it. */
  freeTimes: {
    type: "boolean",
    default: true,
    flag: "--fixed-times",
    flagHelp: "leave the times of the evaluations as they are",
    group: "For coefficients:",
    help: "also move the times of the evaluations",
  },
  /** `log`: of the mean distance to the reference over its mean norm; `distance`: the mean Euclidean distance itself. */
  loss: {
    type: "choice",
    of: ["log", "distance"],
    default: "log",
    placeholder: "name",
    group: "How to fit:",
    help: "{choices}: the logarithm of the relative error at the end, or the mean distance there",
  },
  iterations: {
    type: "integer",
    min: 0,
    max: most.iterations as number,
    default: 800,
    placeholder: "n",
    group: "How to fit:",
    help: "training iterations; 0 keeps the start as it is",
  },
  batch: {
    type: "integer",
    min: 1,
    max: most.batch as number,
    default: 256,
    defaultFor: { images: 4 },
    placeholder: "n",
    group: "How to fit:",
    help: "rows a mini-batch",
  },
  trajectories: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    default: 4096,
    defaultFor: { images: 512 },
    placeholder: "n",
    group: "How to fit:",
    help: "reference trajectories",
  },
  /** Of Adam; follows half a cosine to `finalLearningRate` after a short rise. Coefficients are shares of the span. */
  learningRate: {
    type: "number",
    min: 0,
    max: most.learningRate as number,
    default: 0.01,
    defaultFor: { images: 0.003 },
    flag: "--lr",
    aliases: ["lr"],
    placeholder: "x",
    group: "How to fit:",
    help: "first learning rate; falls by a half cosine",
  },
  finalLearningRate: {
    type: "number",
    min: 0,
    max: most.learningRate as number,
    default: 0,
    flag: "--final-lr",
    aliases: ["finalLr"],
    placeholder: "x",
    group: "How to fit:",
    help: "last learning rate",
  },
  referenceTolerance: {
    type: "number",
    above: 0,
    default: 1e-6,
    placeholder: "x",
    group: "How to fit:",
    help: "rtol = atol of the reference",
  },
  patience: {
    type: "integer",
    min: 0,
    max: most.iterations as number,
    default: 8,
    placeholder: "n",
    group: "How to fit:",
    help: "early stopping: end a phase that overfits after this many validations (of 40) without a better one; 0: never",
  },
  seed: seedRow as typeof seedRow,
} as const;

/** What a caller says of a fit of coefficients. */
export type CoefficientSpec = Spec<typeof coefficientTable>;
/** With every choice made. */
export type EffectiveCoefficients = Complete<typeof coefficientTable> & { readonly start: string };
