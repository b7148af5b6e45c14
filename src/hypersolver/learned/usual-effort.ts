import { type Field, fieldMacs } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { sizeOf } from "../../tensor/index.js";
import { subjectOf } from "../states/subject.js";
import { FEW_COMPONENTS, networkMacs, type VectorNetworks } from "./affordable-networks.js";

/** What the training of networks on coefficients is to spend. */
export interface JointEffort {
  readonly trajectories: number;
  readonly iterations: number;
}

/** What decides it. */
interface EffortSite extends VectorNetworks {
  readonly evaluations: number;
  readonly batch: number;
}

/** Multiply–accumulates of a training, forward and back: a minute or two of one core. */
const ARITHMETIC = 1.2e12;
/** Of the iterations of sparse states. */
const FEWEST = 800;
const MOST = 5000;

/**
 * The usual effort, which keeps a fit within three minutes on two cores. States of many components get more pairs and more
 * iterations.
 */
export function usualEffort(field: Field, site: EffortSite): JointEffort {
  if (subjectOf(field) === "images") return { trajectories: 512, iterations: 600 };
  const components = sizeOf(stateType(field).shape.slice(1).map(Number));
  if (components <= FEW_COMPONENTS)
    return { trajectories: 16_384, iterations: Math.min(3000, Math.ceil(8000 / site.evaluations)) };
  const solve = site.evaluations * fieldMacs(field) + networkMacs(components, site.evaluations, site);
  const iterations = Math.round(ARITHMETIC / (3 * site.batch * solve) / 100) * 100;
  return { trajectories: 32_768, iterations: Math.min(MOST, Math.max(FEWEST, iterations)) };
}
