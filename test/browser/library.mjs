/** What the job uses of the package as it is shipped; test/browser/job.ts has the types. */
export { ffjordField } from "../../dist/experiments/index.js";
export {
  compile,
  compileSolve,
  fitCorrection,
  hyper,
  normalStates,
  Random,
  trace,
} from "../../dist/index.js";
export { fieldAs } from "../../dist/ode/index.js";
export { renderSvg, trainingCurve } from "../../dist/plot/index.js";
