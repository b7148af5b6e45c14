import { most } from "./limits.js";

/** The seed, in every table whose outcome it decides. */
export const seedRow = {
  type: "integer",
  min: 0,
  max: most.seed as number,
  default: 0,
  placeholder: "n",
  group: "Common options:",
  help: "seed of everything random",
} as const;
