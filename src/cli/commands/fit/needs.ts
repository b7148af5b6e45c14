import type { Need } from "../../options/needs.js";
import type { FitCommandSpec } from "./table.js";

export const BASE: Need = ["--base", "the method to correct, such as heun"];
export const STEPS: Need = ["--steps", "the number of equal steps over the span, or --evaluations"];
export const EVALUATIONS: Need = [
  "--evaluations",
  "the number of evaluations of the field that the solver is to make",
];
const STATES: Need = ["--states", "initial states, such as normal or a file; a flow of `train` has its own"];

/** What a fit lacks. Whether it needs states is known when its field was read: they are named beside others. */
export function fitNeeds(spec: FitCommandSpec): readonly Need[] {
  const { field, states, logDensity } = spec;
  const sure = needsOf(spec);
  const isSure = sure.length > 0 || field === undefined;
  return isSure && states === undefined && logDensity === undefined ? [...sure, STATES] : sure;
}

function needsOf({ learn = "correction", base, steps, evaluations }: FitCommandSpec): Need[] {
  if (learn === "student") return [];
  if (learn !== "correction") return evaluations === undefined ? [EVALUATIONS] : [];
  return [
    ...(base === undefined ? [BASE] : []),
    ...(steps === undefined && evaluations === undefined ? [STEPS] : []),
  ];
}
