import type { Complete, Spec } from "../../spec/index.js";
import { most, seedRow } from "../../spec/internal.js";
import { spanRow } from "../fit/fit-rows.js";

/** What an adversary may do to a field, and what the correction does about it. */
export const adversarialTable = {
  /** Number of steps over the span in which the hypersolver is attacked. */
  steps: {
    type: "integer",
    min: 1,
    max: most.steps as number,
    required: true,
    help: "number of equal steps over the span",
  },
  span: spanRow as typeof spanRow,
  rounds: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    default: 500,
    help: "rounds over all adversaries: the correction's updates, then the field's",
  },
  /**
   * One after another, with equal shares of the rounds. The first begins at the given field, each later one somewhere near,
   * so that the correction meets more than one way to be hard.
   */
  adversaries: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    default: 6,
    help: "adversaries, one after another, each from a start of its own",
  },
  defenseUpdates: {
    type: "integer",
    min: 0,
    max: most.iterations as number,
    default: 2,
    help: "updates of the correction a round; 0: it stays, and is only attacked",
  },
  attackUpdates: {
    type: "integer",
    min: 0,
    max: most.iterations as number,
    default: 1,
    help: "updates of the field a round; 0: it stays, and the correction is trained on it alone",
  },
  /** `random`: no adversary, but fields anywhere in the bound, which the correction learns to solve on average. */
  fields: {
    type: "choice",
    of: ["attacked", "random"],
    default: "attacked",
    help: "what the correction learns on, {choices}: the adversary's fields, or ones drawn within the bound",
  },
  /** `log`: its gradient is that of the distance over the distance, so that fields of small errors count as much as hard ones. */
  loss: {
    type: "choice",
    of: ["distance", "log"],
    default: "distance",
    help: "what the correction makes small, {choices}: the logarithm of the distance, or the distance itself",
  },
  /** So that the correction does not forget the field that it is for. */
  mix: {
    type: "number",
    min: 0,
    max: 1,
    default: 0.5,
    help: "share of the correction's updates off the attacked field: half on the given one, half between the two",
  },
  /**
   * How far every parameter of the field may grow, over what it is at the start: weights with two axes or more in spectral
   * norm, others, such as biases, in their largest magnitude. What is zero stays zero.
   */
  growth: {
    type: "number",
    min: 1,
    max: 1000,
    default: 1.5,
    help: "bound of the field: how far its weights may grow in spectral norm, other parameters in magnitude",
  },
  batch: { type: "integer", min: 1, max: most.batch as number, default: 128, help: "states a mini-batch" },
  /** Of Adam; falls by a half cosine over the rounds of each adversary, as does `attackRate`. */
  learningRate: {
    type: "number",
    above: 0,
    max: most.learningRate as number,
    default: 0.003,
    aliases: ["lr"],
    help: "first learning rate of the correction",
  },
  attackRate: {
    type: "number",
    above: 0,
    max: most.learningRate as number,
    default: 0.01,
    help: "first learning rate of the field",
  },
  /** The reference that both sides learn from; how far it is off is measured in every validation. */
  referenceSteps: {
    type: "integer",
    min: 1,
    max: most.steps as number,
    default: 4,
    help: "RK4 steps of the reference in one step of the hypersolver",
  },
  validations: {
    type: "integer",
    min: 1,
    max: most.validations as number,
    default: 20,
    help: "how often both sides are measured",
  },
  seed: seedRow as typeof seedRow,
} as const;

/** What a caller says of an adversarial fit. */
export type AdversarialSpec = Spec<typeof adversarialTable>;

/** With every choice made. */
export type EffectiveAdversarial = Complete<typeof adversarialTable>;
