/** Bounds on how much one step may differ from the next. */
interface ControllerSettings {
  /** Aim at this fraction of the largest step that would pass. Default 0.9. */
  readonly safety?: number;
  /** Largest growth from step to step. Default 10. */
  readonly maxFactor?: number;
  /** Largest shrinkage from step to step. Default 0.2. */
  readonly minFactor?: number;
}

/** A controller as plain JSON. */
export interface ControllerSpec extends ControllerSettings {
  readonly kind: "integral" | "proportional-integral";
}

/** What a controller remembers between steps. */
export interface ControllerState {
  /** Error ratio of the last accepted step; 1 before there is one. */
  readonly previousRatio: number;
  readonly lastRejected: boolean;
}

/** Verdict on a trial step. */
export interface Decision {
  readonly accept: boolean;
  /** Next step size / this step size, positive. */
  readonly factor: number;
  readonly state: ControllerState;
}

/**
 * Decides from an error ratio (estimate / tolerance; 1 just passes) whether a step stands and how long the next is.
 * Pure: memory goes in and comes out as `ControllerState`.
 */
export interface StepController {
  /** What it is made of; absent for one that no JSON can describe. */
  readonly spec?: ControllerSpec;
  readonly initial: ControllerState;
  /**
   * @param errorRatio non-negative; NaN or infinite rejects with the smallest factor.
   * @param errorOrder q of an estimate that is O(dt^q).
   */
  decide(state: ControllerState, errorRatio: number, errorOrder: number): Decision;
}

const initial: ControllerState = { previousRatio: 1, lastRejected: false };

/**
 * The elementary (integral) controller: factor = safety · ratio^(-1/q), within [minFactor, maxFactor]; a step with
 * ratio < 1 is never followed by a smaller one. With the defaults, the numbers of torchdiffeq.
 * Reference: E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., eq. II.4.13.
 */
export function integralController(settings: ControllerSettings = {}): StepController {
  const { safety = 0.9, maxFactor = 10, minFactor = 0.2 } = settings;
  return {
    spec: { kind: "integral", ...settings },
    initial,
    decide: (state, errorRatio, errorOrder) => {
      if (!Number.isFinite(errorRatio)) return rejected(state, minFactor);
      const wanted = safety * errorRatio ** (-1 / errorOrder);
      const factor = clamp(wanted, errorRatio < 1 ? 1 : minFactor, maxFactor);
      return errorRatio <= 1 ? accepted(errorRatio, factor) : rejected(state, factor);
    },
  };
}

/**
 * Proportional–integral controller: factor = safety · ratio^(-0.7/q) · previous^(0.4/q) after accepted steps, the
 * elementary rule after rejected ones, and no growth right after a rejection. Smoother steps on mildly stiff fields.
 * Reference: K. Gustafsson, M. Lundh, G. Söderlind, A PI stepsize control for the numerical solution of ordinary
 *   differential equations, BIT 28 (1988); exponents from E. Hairer, G. Wanner, Solving Ordinary Differential
 *   Equations II, 2nd ed., section IV.2.
 */
export function proportionalIntegralController(settings: ControllerSettings = {}): StepController {
  const { safety = 0.9, maxFactor = 10, minFactor = 0.2 } = settings;
  return {
    spec: { kind: "proportional-integral", ...settings },
    initial,
    decide: (state, errorRatio, errorOrder) => {
      if (!Number.isFinite(errorRatio)) return rejected(state, minFactor);
      if (errorRatio > 1) {
        return rejected(state, clamp(safety * errorRatio ** (-1 / errorOrder), minFactor, 1));
      }
      const memory = state.previousRatio ** (0.4 / errorOrder);
      const wanted = safety * errorRatio ** (-0.7 / errorOrder) * memory;
      return accepted(errorRatio, clamp(wanted, minFactor, state.lastRejected ? 1 : maxFactor));
    },
  };
}

/** Floor of the remembered ratio, so that one perfect step does not forbid growth for ever (Hairer's code: 1e-4). */
const SMALLEST_MEMORY = 1e-4;

function accepted(errorRatio: number, factor: number): Decision {
  const previousRatio = Math.max(errorRatio, SMALLEST_MEMORY);
  return { accept: true, factor, state: { previousRatio, lastRejected: false } };
}

function rejected(state: ControllerState, factor: number): Decision {
  return { accept: false, factor, state: { ...state, lastRejected: true } };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** The controller that a spec describes. */
export function controllerOf({ kind, ...settings }: ControllerSpec): StepController {
  return kind === "integral" ? integralController(settings) : proportionalIntegralController(settings);
}
