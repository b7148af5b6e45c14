/** Optimal control through solves: controlled systems, rollouts, receding horizons, what a model does not know of a plant. */

// Systems with inputs.

export { type CartPoleParameters, cartPole } from "./systems/cart-pole.js";
export type { ControlledSystem } from "./systems/controlled-system.js";
export { type PendulumParameters, pendulum } from "./systems/pendulum.js";
export { type QuadrotorParameters, quadrotor } from "./systems/quadrotor.js";

// What is to be done.

export type { ControlBounds, ControlProblem } from "./problem/control-problem.js";

// Where controls lead, and gradients.

export {
  type CompiledRollout,
  compileRollout,
  compileRolloutGradient,
  type Rollout,
  type RolloutGradient,
  type RolloutOptions,
  type RolloutStatistics,
} from "./rollout/compile-rollout.js";

// Controllers and plants.

export { type ClosedLoop, type ClosedLoopPlace, runClosedLoop } from "./closed-loop/closed-loop.js";
export { fieldPlant, type Plant } from "./closed-loop/plant.js";
export {
  type ControlDecision,
  compileRecedingHorizon,
  type RecedingHorizonController,
} from "./receding-horizon/receding-horizon.js";
export type { RecedingHorizonSpec } from "./receding-horizon/receding-horizon-table.js";

// What a model does not know of a plant.

export { fitModelResidual, type ModelResidualFit } from "./identification/fit-model-residual.js";
export type { ModelResidualSpec } from "./identification/model-residual-table.js";
export { type StepShares, stepShares } from "./identification/step-shares.js";
