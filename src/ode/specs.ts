/** What tables of options need of this layer: loads nothing else. */

export { predictions, scheduleNames, spacings, variables } from "./denoiser/denoiser-names.js";
export { EXACT_TRACE_LIMIT, traceEstimators } from "./field/trace-estimator-names.js";
export {
  isGridText,
  isHyperText,
  isSolverFileText,
  parseGrid,
  parseTableauMethod,
  requireMethodName,
  splitMethods,
  splitReversible,
} from "./methods/method-text.js";
export { isRosenbrockName } from "./methods/rosenbrock/names.js";
export { solveMethodNames } from "./methods/solve-method-names.js";
export { tableauTable } from "./methods/tableau-table.js";
export { methodNames, requireTableauName } from "./methods/tableaus/names.js";
export { DEFAULT_MAX_STEPS, DEFAULT_TOLERANCES } from "./step-control/step-control.js";
