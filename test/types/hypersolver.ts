import { parseCorrectionInputs } from "../../src/hypersolver/correction/correction.js";
import { type Correction, type FitSpec, fitCorrection, uniformStates } from "../../src/hypersolver/index.js";
import { fitTable } from "../../src/hypersolver/internal.js";
import type { Field } from "../../src/ode/index.js";

const states = uniformStates([2], -1, 1);

/** What a fit cannot do without. */
export const least: Pick<FitSpec, "base" | "steps"> = { base: "heun", steps: 4 };
export const more: FitSpec = { ...least, loss: "both", directions: "forward", hidden: [8], epsilon: null };
// @ts-expect-error the number of steps is missing
export const without: FitSpec = { base: "heun" };
// @ts-expect-error states are no plain data: they are an input beside the spec
export const mixed: FitSpec = { ...least, states };
// @ts-expect-error there is no such loss
export const loss: FitSpec = { ...least, loss: "squared" };
// @ts-expect-error a misspelled option
export const misspelled: FitSpec = { ...least, learningrate: 1e-3 };
/** Undefined is the same as left out: options can be handed on whole. */
export const nothing: FitSpec = { ...least, seed: undefined };
// @ts-expect-error widths are whole lists
export const width: FitSpec = { ...least, hidden: 64 };
// @ts-expect-error g reads inputs that corrections know
export const input: FitSpec = { ...least, inputs: ["z", "noise"] };
// @ts-expect-error step sizes are a range
export const epsilon: FitSpec = { ...least, epsilon: [0.1] };

export function fit(field: Field, correction: Correction): void {
  void fitCorrection(field, more, { states });
  // @ts-expect-error what should it correct?
  void fitCorrection(more, { states });
  // @ts-expect-error states to start from are missing
  void fitCorrection(field, more);
  // @ts-expect-error a fit is of one field
  void fitCorrection([field], more, { states });
  // @ts-expect-error a correction stays as it was fitted
  correction.base = { ...correction.base };
  // @ts-expect-error and so do the defaults
  fitTable.iterations.default = 1;
}

// @ts-expect-error a distribution has bounds
uniformStates([2]);
export const inputs: Correction["inputs"] = parseCorrectionInputs(["z", "stages"]);
