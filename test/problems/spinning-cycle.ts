import type { Problem } from "./problem.js";

const r0 = 0.5;
/** Rate of attraction. */
const pull = 0.3;

/**
 * A spiral toward the unit circle whose rotation speeds up with s: with r² = x² + y² and ω(s) = 1 + s/2,
 * x' = p x (1 - r²) - ω y, y' = p y (1 - r²) + ω x. In polar coordinates r' = p r (1 - r²) and θ' = ω separate:
 * r² = 1 / (1 + (1/r0² - 1) e^(-2ps)), θ = s + s²/4.
 */
export const spinningCycle: Problem = {
  name: "limit cycle with growing rotation (non-autonomous vector)",
  field: (s, [x = 0, y = 0]) => {
    const radial = pull * (1 - x * x - y * y);
    const omega = 1 + s / 2;
    return [x * radial - omega * y, y * radial + omega * x];
  },
  span: [0, 1.5],
  exact: (s) => {
    const r = 1 / Math.sqrt(1 + (1 / (r0 * r0) - 1) * Math.exp(-2 * pull * s));
    const theta = s + (s * s) / 4;
    return [r * Math.cos(theta), r * Math.sin(theta)];
  },
  reference:
    "normal form of the supercritical Hopf bifurcation, S. H. Strogatz, Nonlinear Dynamics and Chaos, section 8.2, with ω depending on time",
};
