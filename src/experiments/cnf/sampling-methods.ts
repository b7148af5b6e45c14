import { type FitSpec, hyper } from "../../hypersolver/index.js";
import { hiddenFeature } from "../../hypersolver/internal.js";
import type { Flow } from "../../models/index.js";
import { FLOW_TOLERANCES } from "../../models/internal.js";
import { adaptive, type ButcherTableau, dopri5, euler, fixed, heun, midpoint } from "../../ode/index.js";
import { hyperTitle } from "../fit/comparison.js";
import type { KeptFit } from "../fit/fit-stage.js";
import type { Competitor } from "../kit/competitor.js";
import { competitorsOf } from "../kit/competitors.js";

/** How one hypersolver for sampling is fitted, and what its file is called. */
export interface SamplingMethod {
  readonly name: string;
  readonly base: ButcherTableau;
  readonly file: string;
  fit(flow: Flow): Partial<FitSpec>;
}

/**
 * Hypersolvers that carry base draws to data in one step.
 *
 * Midpoint is the natural base: its second evaluation lies on the path, where f has learned. Heun's (the paper's base)
 * lies at the data's end, and after one Euler step of a flow that was trained by flow matching that is one point for all
 * draws, the mean of the data: g has to know everything by itself and gets the wider network. Euler spends one
 * evaluation alone; there g reads f's last hidden layer.
 */
export const samplingMethods: readonly SamplingMethod[] = [
  { name: hyperTitle(midpoint.name), base: midpoint, file: "correction.onnx", fit: () => ({}) },
  {
    name: hyperTitle(heun.name),
    base: heun,
    file: "correction-heun.onnx",
    fit: () => ({ hidden: [128, 128, 128], iterations: 30_000 }),
  },
  {
    name: hyperTitle(euler.name),
    base: euler,
    file: "correction-euler.onnx",
    fit: ({ field }) => {
      const feature = hiddenFeature(field);
      const features = feature === undefined ? [] : [feature];
      return {
        hidden: [64, 64],
        features,
        inputs: ["z", "stages", ...(feature ? ["features" as const] : [])],
      };
    },
  },
];

/** The fitted hypersolvers by name, in the order above. */
export type SamplingFits = Readonly<Record<string, KeptFit>>;

/** All ways to sample that are compared: dopri5 first, the hypersolvers, then bases of two evaluations by themselves. */
export function samplingCompetitors(fits: SamplingFits): Competitor[] {
  const corrected = Object.entries(fits).map(
    ([title, { correction }]): Competitor => ({
      title,
      role: "hypersolver",
      method: hyper(correction, { steps: 1 }),
    }),
  );
  const alone = [midpoint, heun].map((tableau) => fixed(tableau, { steps: 1 }));
  return [...competitorsOf([adaptive(dopri5, FLOW_TOLERANCES)]), ...corrected, ...competitorsOf(alone)];
}
