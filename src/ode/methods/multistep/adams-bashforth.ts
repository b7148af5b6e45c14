import { rungeKuttaStep } from "../runge-kutta.js";
import { midpoint } from "../tableaus/midpoint.js";
import { adamsWeights } from "./adams-weights.js";
import type { MultistepMethod } from "./multistep.js";

/**
 * The explicit Adams method of order 2 or 3, on any mesh: one evaluation a step.
 *
 *     order 2, equal steps: y1 = y + dt (3 f_i − f_{i−1})/2
 *     order 3, equal steps: y1 = y + dt (23 f_i − 16 f_{i−1} + 5 f_{i−2})/12
 *
 * The first step is a midpoint step, of two evaluations, and the second one of order 3 has order 2: both err by O(dt³), once,
 * which is within either order. K steps cost K + 1 evaluations.
 * Reference: E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., section III.1.
 */
function adamsBashforth(order: 2 | 3): MultistepMethod {
  const memory = order - 1;
  return {
    name: `ab${order}`,
    title: `Adams–Bashforth ${order}`,
    order,
    reference:
      "E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary Differential Equations I, section III.1",
    memory,
    nfe: (steps) => (steps === 0 ? 0 : steps + 1),
    weights: adamsWeights,
    step: (field, algebra, { s, dt, y, past, weights }) => {
      if (past.length === 0) {
        const start = rungeKuttaStep(midpoint, field, algebra, { s, dt, y });
        return { ...start, past: start.stages.slice(0, 1) };
      }
      const stages = [field(s, y)];
      const known = [...stages, ...past];
      // In the order in which they were made, as non-stationary coefficients add them up.
      const y1 = algebra.combine(y, dt, [...weights].reverse(), [...known].reverse());
      return { y1, stages, past: known.slice(0, memory) };
    },
  };
}

/** Adams–Bashforth of order 2, `ab2`. */
export const ab2: MultistepMethod = adamsBashforth(2);
/** Adams–Bashforth of order 3, `ab3`. */
export const ab3: MultistepMethod = adamsBashforth(3);
