import type { Complete } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import { heldOutOption } from "../kit/held-out-option.js";
import type { Preset } from "../kit/preset-names.js";

const taskNames = ["pendulum", "cart-pole", "quadrotor"] as const;

/** What is tried, and what is spent on it. */
export const controlTable = {
  tasks: {
    type: "list",
    of: { type: "choice", of: taskNames as readonly (typeof taskNames)[number][] },
    required: true,
    help: "systems: {choices}",
  },
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "training iterations of a correction",
  },
  residualIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "training iterations of what a model lacks",
  },
  observed: {
    type: "integer",
    min: 20,
    max: most.samples as number,
    required: true,
    help: "observed steps of the plant to learn from",
  },
  heldOut: heldOutOption as typeof heldOutOption,
  plants: {
    type: "integer",
    min: 1,
    max: most.batch as number,
    required: true,
    help: "plants under each controller",
  },
  decisions: {
    type: "integer",
    min: 1,
    max: most.steps as number,
    required: true,
    help: "control intervals that a loop is closed for",
  },
} as const;

export type ControlSpec = Complete<typeof controlTable>;

export const controlPresets: Readonly<Record<Preset, ControlSpec>> = {
  smoke: {
    ...{ tasks: ["pendulum"], iterations: 60, residualIterations: 40, observed: 256 },
    ...{ heldOut: 64, plants: 2, decisions: 2 },
  },
  standard: {
    ...{ tasks: [...taskNames], iterations: 1500, residualIterations: 400, observed: 4096 },
    ...{ heldOut: 1000, plants: 16, decisions: 20 },
  },
  paper: {
    ...{ tasks: [...taskNames], iterations: 16_000, residualIterations: 4000, observed: 16_384 },
    ...{ heldOut: 4000, plants: 64, decisions: 50 },
  },
};
