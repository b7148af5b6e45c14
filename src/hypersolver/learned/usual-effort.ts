import { type Field, fieldMacs } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { sizeOf } from "../../tensor/index.js";
import { subjectOf } from "../fit/resolve-fit.js";
import { correctionBlocks } from "./corrected-coefficients.js";

/** What the training of networks on coefficients is to spend. */
export interface JointEffort {
  readonly trajectories: number;
  readonly iterations: number;
}

/** What decides it. */
interface EffortSite {
  readonly evaluations: number;
  readonly every: number;
  readonly hidden: readonly number[];
  readonly batch: number;
}

/** States of more components than this are sparse however many are drawn: they get more pairs and more iterations. */
const FEW_COMPONENTS = 16;
/** Multiply–accumulates of a training, forward and back: a minute or two of one core. */
const ARITHMETIC = 1.2e12;
/** Of the iterations of sparse states. */
const FEWEST = 800;
const MOST = 5000;

/** The usual effort, which keeps a fit within three minutes on two cores. */
export function usualEffort(field: Field, site: EffortSite): JointEffort {
  if (subjectOf(field) === "images") return { trajectories: 512, iterations: 600 };
  const components = sizeOf(stateType(field).shape.slice(1).map(Number));
  if (components <= FEW_COMPONENTS)
    return { trajectories: 16_384, iterations: Math.min(3000, Math.ceil(8000 / site.evaluations)) };
  const each = 3 * site.batch * solveMacs(field, components, site);
  const iterations = Math.round(ARITHMETIC / each / 100) * 100;
  return { trajectories: 32_768, iterations: Math.min(MOST, Math.max(FEWEST, iterations)) };
}

/** Of one sample, with networks that see the state and all evaluations since the last correction. */
function solveMacs(field: Field, components: number, { evaluations, every, hidden }: EffortSite): number {
  const networks = correctionBlocks(evaluations, every).map(({ start, end }) => {
    const seen = (1 + end - start) * components;
    const widths = [seen, ...hidden, components];
    const layers = widths.slice(1).map((width, i) => width * (widths[i] ?? 0));
    return layers.reduce((total, macs) => total + macs, seen * components);
  });
  return networks.reduce((total, macs) => total + macs, evaluations * fieldMacs(field));
}
