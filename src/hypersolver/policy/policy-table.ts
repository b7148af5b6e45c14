import type { Complete, Spec } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import { fitTable } from "../fit/fit-table.js";

type Of = typeof fitTable;

/** What an agent may choose among, what it is rewarded for, and how long it learns. */
export const policyTable = {
  base: fitTable.base as Of["base"],
  span: fitTable.span as Of["span"],
  /** Without sign. */
  epsilon: {
    type: "range",
    required: true,
    placeholder: "lo,hi",
    group: "What to choose:",
    help: "smallest and largest step",
  },
  levels: {
    type: "integer",
    min: 1,
    max: 100,
    default: 7,
    placeholder: "n",
    group: "What to choose:",
    help: "step sizes from the smallest to the largest, in equal ratios",
  },
  /** λ of the reward −error − λ·cost. */
  costWeight: {
    type: "number",
    above: 0,
    required: true,
    placeholder: "x",
    group: "What to choose:",
    help: "error that one evaluation of f is worth",
  },
  /** `step`: every step's own, from where it began; `end`: that of the solve, at its end. */
  error: {
    type: "choice",
    of: ["step", "end"],
    default: "step",
    placeholder: "name",
    group: "What to choose:",
    help: "the error of the reward: {choices}",
  },
  /** In evaluations of f. */
  correctionCost: {
    type: "number",
    min: 0,
    otherwise: "as multiply–accumulates have it",
    placeholder: "x",
    group: "What to choose:",
    help: "what an evaluation of g costs, in evaluations of f",
  },
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    default: 400,
    placeholder: "n",
    group: "How to learn:",
    help: "updates of the policy, each after rollouts of its own",
  },
  rollouts: {
    type: "integer",
    min: 2,
    max: most.batch as number,
    default: 128,
    placeholder: "n",
    group: "How to learn:",
    help: "solves an update learns from",
  },
  hidden: {
    type: "list",
    of: { type: "integer", min: 1, max: most.width as number },
    default: [64, 64],
    placeholder: "n,…",
    group: "How to learn:",
    help: "widths of the hidden layers",
  },
  learningRate: {
    type: "number",
    min: 0,
    max: most.learningRate as number,
    default: 0.005,
    flag: "--lr",
    aliases: ["lr"],
    placeholder: "x",
    group: "How to learn:",
    help: "first learning rate of Adam; falls to zero by a half cosine",
  },
  /** Generalized advantages: 1 is the whole return less its estimate, 0 one step's surprise. */
  trace: {
    type: "number",
    min: 0,
    max: 1,
    default: 0.9,
    placeholder: "x",
    group: "How to learn:",
    help: "how far a step is credited with what comes of it",
  },
  entropyWeight: {
    type: "number",
    min: 0,
    default: 0.01,
    placeholder: "x",
    group: "How to learn:",
    help: "reward of indecision, which falls to zero with the learning rate",
  },
  seed: fitTable.seed as Of["seed"],
} as const;

/** What a caller says of an agent. */
export type PolicySpec = Spec<typeof policyTable>;
/** With every default. */
export type CompletePolicy = Complete<typeof policyTable>;
