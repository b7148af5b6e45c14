import type { Complete, Spec } from "../../spec/index.js";
import { most, seedRow } from "../../spec/internal.js";

/** How a receding-horizon controller plans. */
export const recedingHorizonTable = {
  /** Evaluations of the objective and its gradient, a plan. */
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    default: 10,
    placeholder: "n",
    help: "gradient iterations a plan",
  },
  /** There is no plan before it to begin with. */
  firstIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    default: 50,
    placeholder: "n",
    help: "gradient iterations of the first plan",
  },
  /** Of Adam, in units of half the range of a control; falls linearly to a tenth within a plan. */
  learningRate: {
    type: "number",
    above: 0,
    max: 2,
    default: 0.2,
    placeholder: "x",
    help: "first learning rate of a plan, in half ranges of a control",
  },
  /** The plan before, moved on by an interval, and variations of it; all are optimized in one batch, the best is taken. */
  candidates: {
    type: "integer",
    min: 1,
    max: most.batch as number,
    default: 4,
    placeholder: "n",
    help: "plans that are optimized side by side for every plant",
  },
  /** Standard deviation of a variation, in half ranges of a control. */
  spread: {
    type: "number",
    min: 0,
    max: 2,
    default: 0.3,
    placeholder: "x",
    help: "how far variations of a plan are from it, in half ranges of a control",
  },
  seed: seedRow as typeof seedRow,
} as const;

/** What a caller says of a controller. */
export type RecedingHorizonSpec = Spec<typeof recedingHorizonTable>;
/** With all defaults. */
export type EffectiveRecedingHorizon = Complete<typeof recedingHorizonTable>;
