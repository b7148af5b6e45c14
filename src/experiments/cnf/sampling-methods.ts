import { type FitSpec, hiddenFeature } from "../../hypersolver/index.js";
import type { Flow, FlowSamplerOptions } from "../../models/index.js";
import { type ButcherTableau, euler, heun, midpoint } from "../../ode/index.js";
import { hyperTitle, methodTitle } from "../fit/comparison.js";
import type { KeptFit } from "../fit/fit-stage.js";

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
    ...{ name: hyperTitle(heun.name), base: heun, file: "correction-heun.onnx" },
    fit: () => ({ hidden: [128, 128, 128], iterations: 30_000 }),
  },
  {
    ...{ name: hyperTitle(euler.name), base: euler, file: "correction-euler.onnx" },
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
export function samplerOptions(fits: SamplingFits): Readonly<Record<string, FlowSamplerOptions>> {
  const corrected = Object.entries(fits).map(([name, { correction }]) => [name, { correction, steps: 1 }]);
  const alone = [midpoint, heun].map((method) => [methodTitle(method.name), { method, steps: 1 }]);
  return { dopri5: {}, ...Object.fromEntries([...corrected, ...alone]) };
}
