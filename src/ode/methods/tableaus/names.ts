/** The names of `tableaus`, from the lowest order to the highest, in a file that loads nothing: help shows them. */
export const methodNames = [
  "euler",
  "midpoint",
  "heun",
  "ralston",
  "adaptive_heun",
  "fehlberg2",
  "heun3",
  "bosh3",
  "rk4",
  "rk4_38",
  "dopri5",
  "tsit5",
  "dopri8",
] as const;
