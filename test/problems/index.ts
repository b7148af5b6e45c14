import { logistic } from "./logistic.js";
import { oscillatingGrowth } from "./oscillating-growth.js";
import type { Problem } from "./problem.js";
import { spinningCycle } from "./spinning-cycle.js";

/** Every law about accuracy is tried on all of these. */
export const problems: readonly Problem[] = [logistic, oscillatingGrowth, spinningCycle];

export { maxAbsError, observedOrder } from "./measure.js";
export type { Problem } from "./problem.js";
export { logistic, oscillatingGrowth, spinningCycle };
