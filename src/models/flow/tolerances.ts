import type { Tolerances } from "../../ode/index.js";

/** Tolerances of densities and samples where none are asked for, as in the paper. */
export const FLOW_TOLERANCES: Tolerances = { rtol: 1e-5, atol: 1e-5 };

/** Tolerances of maximum likelihood where none are asked for. */
export const TRAINING_TOLERANCES: Tolerances = { rtol: 1e-5, atol: 1e-5 };
