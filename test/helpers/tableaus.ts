import { type AdaptiveTableau, tableaus } from "../../src/ode/index.js";
import { isAdaptive } from "../../src/ode/internal.js";

/** The tableaus with an error estimate. */
export const adaptiveTableaus: readonly AdaptiveTableau[] = Object.values(tableaus).filter(isAdaptive);
