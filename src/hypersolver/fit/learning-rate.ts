import { cosineAnnealing, type Schedule, warmup } from "../../optim/index.js";

/** Share of the iterations over which the learning rate rises. */
const WARMUP_SHARE = 0.02;

/** A short linear rise, then half a cosine from one rate to another. */
export function fitSchedule(iterations: number, from: number, to: number): Schedule {
  const rise = Math.ceil(iterations * WARMUP_SHARE);
  return warmup(cosineAnnealing({ from, to, iterations: Math.max(1, iterations - rise) }), rise);
}
