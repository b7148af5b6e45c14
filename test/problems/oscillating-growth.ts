import type { Problem } from "./problem.js";

/** y' = cos(s) y, y = exp(sin s): scalar and non-autonomous. Exposes wrong stage times at once. */
export const oscillatingGrowth: Problem = {
  name: "y' = cos(s) y (non-autonomous)",
  field: (s, [y = 0]) => [Math.cos(s) * y],
  span: [0, 2],
  exact: (s) => [Math.exp(Math.sin(s))],
  reference:
    "problem A3 of T. E. Hull et al., Comparing numerical methods for ordinary differential equations, SIAM J. Numer. Anal. 9 (1972)",
};
