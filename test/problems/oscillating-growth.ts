import type { Problem } from "./problem.js";

/** y' = 2 cos(s) y, y = exp(2 sin s): scalar and non-autonomous. Exposes wrong stage times at once. */
export const oscillatingGrowth: Problem = {
  name: "y' = 2 cos(s) y (non-autonomous)",
  field: (s, [y = 0]) => [2 * Math.cos(s) * y],
  span: [0, 4],
  exact: (s) => [Math.exp(2 * Math.sin(s))],
  reference:
    "problem A3 of T. E. Hull et al., Comparing numerical methods for ordinary differential equations, SIAM J. Numer. Anal. 9 (1972), with a factor 2",
};
