import { most } from "../../spec/internal.js";

/** How many held-out states an experiment measures on. */
export const heldOutOption = {
  type: "integer",
  min: 1,
  max: most.samples as number,
  required: true,
  help: "states to measure on",
} as const;
