import { rungeKuttaStep } from "../runge-kutta.js";
import { heun } from "../tableaus/heun.js";
import type { MultistepMethod } from "./multistep.js";

/**
 * Heun's method in PEC mode (predict, evaluate, correct): the evaluation at the predicted end of a step serves as the first
 * one of the next, so that K steps cost K + 1 evaluations and the order stays 2. Also called pseudo-corrector.
 *
 *     x̃ = x_i + h d_i;  d_{i+1} = f(s_{i+1}, x̃);  x_{i+1} = x_i + h (d_i + d_{i+1})/2
 *
 * Reference: W. Zhao et al., FlowTurbo, NeurIPS 2024, section 3.2; E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary
 * Differential Equations I, 2nd ed., section III.8.
 */
export const pecHeun: MultistepMethod = {
  name: "pec-heun",
  title: "PEC Heun",
  order: 2,
  reference:
    "W. Zhao et al., FlowTurbo: Towards Real-time Flow-Based Image Generation with Velocity Refiner, 2024",
  memory: 1,
  nfe: (steps) => (steps === 0 ? 0 : steps + 1),
  weights: () => [],
  step: (field, algebra, { s, dt, y, past: [known] }) => {
    const { y1, stages } = rungeKuttaStep(heun, field, algebra, { s, dt, y, k0: known });
    // What was handed over is no evaluation of this step.
    return { y1, stages: known === undefined ? stages : stages.slice(1), past: stages.slice(-1) };
  },
};
