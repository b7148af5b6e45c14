import { type AdaptiveTableau, defineTableau } from "../tableau.js";

/**
 * Heun's method with Euler's embedded: order 2, 2 stages, embedded order 1, not FSAL.
 * The last stage f(s + dt, Euler's y1) is reused as first stage of the next step although it is not f at the accepted
 * state (PEC mode: predict, evaluate, correct). The method stays of order 2 and costs one evaluation a step instead
 * of two; torchdiffeq's `adaptive_heun` does the same. Switch it off with `reuseLastStage: false`.
 * Aliases: `heun_euler`. Not to be confused with `heun`, which has no error estimate.
 * Dense output: cubic Hermite.
 * Reference: K. Heun, Z. Math. Phys. 45 (1900); PEC: Hairer, Nørsett, Wanner I, section III.1.
 */
export const adaptiveHeun: AdaptiveTableau = defineTableau({
  name: "adaptive_heun",
  aliases: ["heun_euler"],
  order: 2,
  a: [[], [1]],
  b: [1 / 2, 1 / 2],
  c: [0, 1],
  bError: [-1 / 2, 1 / 2],
  embeddedOrder: 1,
  reuseLastStage: true,
  reference: "K. Heun, Z. Math. Phys. 45 (1900) 23-38",
});
