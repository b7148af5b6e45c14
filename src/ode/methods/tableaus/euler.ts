import { type ButcherTableau, defineTableau } from "../tableau.js";

/**
 * Euler's explicit method. Order 1, 1 stage, no embedded method, not FSAL.
 * Aliases: `forward_euler`. Not to be confused with implicit (backward) Euler.
 * Reference: L. Euler, Institutiones calculi integralis (1768); Hairer, Nørsett, Wanner I, section I.7.
 */
export const euler: ButcherTableau = defineTableau({
  name: "euler",
  title: "Euler",
  aliases: ["forward_euler"],
  order: 1,
  a: [[]],
  b: [1],
  c: [0],
  reference: "L. Euler, Institutiones calculi integralis (1768)",
});
