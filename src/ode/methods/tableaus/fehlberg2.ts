import { type AdaptiveTableau, defineTableau } from "../tableau.js";

/**
 * Fehlberg's 1(2) pair, propagating the solution of order 2. 3 stages, embedded order 1, not FSAL.
 * The last stage is f at the embedded solution (the pair is FSAL in that one); it is reused as first stage of the
 * next step, as in torchdiffeq: 2 evaluations a step, still of order 2. Switch it off with `reuseLastStage: false`.
 * Aliases: `rkf12`. Not to be confused with Fehlberg's 4(5) pair, RKF45.
 * Dense output: cubic Hermite.
 * Reference: E. Fehlberg, Low-order classical Runge-Kutta formulas with stepsize control, NASA TR R-315 (1969).
 */
export const fehlberg2: AdaptiveTableau = defineTableau({
  name: "fehlberg2",
  aliases: ["rkf12"],
  order: 2,
  a: [[], [1 / 2], [1 / 256, 255 / 256]],
  b: [1 / 512, 255 / 256, 1 / 512],
  c: [0, 1 / 2, 1],
  bError: [-1 / 512, 0, 1 / 512],
  embeddedOrder: 1,
  reuseLastStage: true,
  reference: "E. Fehlberg, NASA TR R-315 (1969)",
});
