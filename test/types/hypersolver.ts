import {
  type Correction,
  type FitOptions,
  fitCorrection,
  fitDefaults,
  parseCorrectionInputs,
  uniformStates,
} from "../../src/hypersolver/index.js";
import type { Field } from "../../src/ode/index.js";
import { heun } from "../../src/ode/index.js";

const states = uniformStates([2], -1, 1);

/** What a fit cannot do without. */
export const least: Pick<FitOptions, "base" | "steps" | "span" | "states"> = {
  base: heun,
  steps: 4,
  span: [0, 1],
  states,
};
export const more: FitOptions = { ...least, loss: "both", directions: "forward", hidden: [8], epsilon: null };
// @ts-expect-error states to start from are missing
export const without: FitOptions = { base: heun, steps: 4, span: [0, 1] };
// @ts-expect-error there is no such loss
export const loss: FitOptions = { ...least, loss: "squared" };
// @ts-expect-error a misspelt option
export const misspelt: FitOptions = { ...least, learningrate: 1e-3 };
// @ts-expect-error "" is not "left out"
export const nothing: FitOptions = { ...least, seed: undefined };
// @ts-expect-error widths are whole lists
export const width: FitOptions = { ...least, hidden: 64 };
// @ts-expect-error g reads inputs that corrections know
export const input: FitOptions = { ...least, inputs: ["z", "noise"] };
// @ts-expect-error step sizes are a range
export const epsilon: FitOptions = { ...least, epsilon: [0.1] };

export function fit(field: Field, correction: Correction): void {
  void fitCorrection(field, more);
  // @ts-expect-error what should it correct?
  void fitCorrection(more);
  // @ts-expect-error a fit is of one field
  void fitCorrection([field], more);
  // @ts-expect-error a correction stays as it was fitted
  correction.base = heun;
  // @ts-expect-error and so do the defaults
  fitDefaults.iterations = 1;
}

// @ts-expect-error a distribution has bounds
uniformStates([2]);
export const inputs: Correction["inputs"] = parseCorrectionInputs(["z", "stages"]);
