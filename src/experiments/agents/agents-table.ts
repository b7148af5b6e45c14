import type { Complete } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import type { Preset } from "../kit/preset-names.js";
import { type FamilyName, familyNames } from "./family-names.js";

/** What is learned, and what is spent on it. */
export const agentsTable = {
  families: {
    type: "list",
    of: { type: "choice", of: familyNames as readonly FamilyName[] },
    required: true,
    help: "families of fields, out of {choices}; two at least, of which each is left out in turn",
  },
  steered: {
    type: "list",
    of: { type: "choice", of: familyNames as readonly FamilyName[] },
    required: true,
    help: "families that agents learn to solve",
  },
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "training iterations of a correction of a family, or of one member alone",
  },
  adaptation: {
    type: "list",
    of: { type: "integer", min: 1, max: most.iterations as number },
    required: true,
    help: "iterations in which corrections are adapted to a member",
  },
  members: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "unseen members of each family to adapt to",
  },
  trajectories: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "reference trajectories of a family; an eighth of it for adapting",
  },
  sharedIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "training iterations of a correction for all families but one",
  },
  agentIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "updates of an agent",
  },
  costWeights: {
    type: "list",
    of: { type: "number", above: 0 },
    required: true,
    help: "errors that an evaluation of f is worth to agents, one agent each",
  },
  tolerances: {
    type: "list",
    of: { type: "number", above: 0 },
    required: true,
    help: "of the step control that agents are compared with",
  },
  heldOut: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "states, each of a member of its own, to measure on",
  },
} as const;

/** What a run spends. */
export type AgentsSpec = Complete<typeof agentsTable>;

/** Where f changes along a solve, so that there is something to choose. */
const STEERED: readonly FamilyName[] = ["van der Pol", "Lotka–Volterra"];

/** Of the step control. */
const TOLERANCES: readonly number[] = [3e-1, 1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4];

/** The paper has no setting of it: `paper` is the longest that was tried. */
export const agentsPresets: Readonly<Record<Preset, AgentsSpec>> = {
  smoke: {
    ...{ families: ["random MLPs", "Lotka–Volterra"], steered: ["Lotka–Volterra"] },
    ...{ iterations: 60, adaptation: [10], members: 1, trajectories: 128, sharedIterations: 40 },
    ...{ agentIterations: 4, costWeights: [1e-3], tolerances: [1e-1, 1e-2], heldOut: 50 },
  },
  standard: {
    ...{ families: familyNames, steered: STEERED },
    ...{ iterations: 1500, adaptation: [20, 200], members: 1, trajectories: 1024, sharedIterations: 800 },
    ...{ agentIterations: 200, costWeights: [1e-3, 1e-4], tolerances: TOLERANCES, heldOut: 256 },
  },
  paper: {
    ...{ families: familyNames, steered: STEERED },
    ...{ iterations: 16_000, adaptation: [20, 200, 2000], members: 8, trajectories: 8192 },
    ...{ sharedIterations: 16_000, agentIterations: 2000, costWeights: [1e-2, 3e-3, 1e-3, 3e-4, 1e-4] },
    ...{ tolerances: TOLERANCES, heldOut: 2000 },
  },
};
