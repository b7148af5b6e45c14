import type { FitSpec } from "../../hypersolver/index.js";
import type { FlowNetwork, TrainingPhase } from "../../models/internal.js";
import type { Preset } from "../kit/experiment.js";

/** What a preset spends. */
export interface CnfPreset {
  readonly network: FlowNetwork;
  readonly phases: readonly TrainingPhase[];
  readonly validations: number;
  /** Of every correction. */
  readonly fit: Partial<FitSpec>;
  /** Points of a sample whose distance to data is measured, and how many such samples. */
  readonly samples: number;
  readonly seeds: number;
  /** Points whose log-density is evaluated. */
  readonly heldOut: number;
}

const smallNetwork = { hidden: [128, 128, 128], activation: "silu" } as const;

/**
 * `standard`: flow matching, then a little maximum likelihood. `paper`: section 4.2 and appendix C.3 of the paper:
 * maximum likelihood alone with Adam at 1e-3 over 1500 iterations and dopri5 at 1e-5, an autonomous tanh field of three
 * layers of 128; the correction by residuals at K = 2 mesh points (one step) over 30,000 iterations, AdamW 1e-3, weight
 * decay 1e-6, a new mini-batch every 100.
 */
export const cnfPresets: Readonly<Record<Preset, CnfPreset>> = {
  smoke: {
    network: { hidden: [32, 32], activation: "silu" },
    phases: [
      { objective: "flow-matching", iterations: 300, learningRate: 1e-2, batch: 256 },
      { objective: "maximum-likelihood", iterations: 3, learningRate: 1e-3, batch: 128 },
    ],
    validations: 4,
    fit: { iterations: 300, trajectories: 1024, batch: 256, hidden: [32, 32] },
    samples: 1000,
    seeds: 2,
    heldOut: 1000,
  },
  standard: {
    network: smallNetwork,
    phases: [
      { objective: "flow-matching", iterations: 90_000, learningRate: 1.5e-2 },
      { objective: "maximum-likelihood", iterations: 100, learningRate: 1e-3 },
    ],
    validations: 40,
    fit: {},
    samples: 10_000,
    seeds: 5,
    heldOut: 10_000,
  },
  paper: {
    network: {
      hidden: [128, 128, 128],
      activation: "tanh",
      timeDependent: false,
      inputBound: null,
      maxSpeed: null,
      inputGain: 1,
    },
    phases: [{ objective: "maximum-likelihood", iterations: 1500, learningRate: 1e-3, schedule: "constant" }],
    validations: 30,
    fit: {
      iterations: 30_000,
      learningRate: 1e-3,
      weightDecay: 1e-6,
      swapEvery: 100,
      epsilon: null,
    },
    samples: 10_000,
    seeds: 5,
    heldOut: 10_000,
  },
};
