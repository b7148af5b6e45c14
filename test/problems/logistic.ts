import type { Problem } from "./problem.js";

const y0 = 0.03;

/** Logistic growth, nonlinear and autonomous: y' = y (1 - y), y = 1 / (1 + (1/y0 - 1) e^(-s)). */
export const logistic: Problem = {
  name: "logistic growth (nonlinear, autonomous)",
  field: (_, [y = 0]) => [y * (1 - y)],
  span: [0, 5],
  exact: (s) => [1 / (1 + (1 / y0 - 1) * Math.exp(-s))],
  reference:
    "P.-F. Verhulst (1838); problem A4 of T. E. Hull et al., Comparing numerical methods for ordinary differential equations, SIAM J. Numer. Anal. 9 (1972), rescaled",
};
