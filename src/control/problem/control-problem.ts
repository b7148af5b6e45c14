import type { Node } from "../../graph/index.js";
import type { Field } from "../../ode/index.js";

/** What each component of a control may be. */
export interface ControlBounds {
  readonly low: readonly number[];
  /** Above `low`. */
  readonly high: readonly number[];
}

/**
 * An optimal control problem over a receding horizon: least Σ_n Δ ℓ(z_n, u_n, s_n) + φ(z_N), with z_{n+1} where the field
 * leads in Δ = 1/`controlRate` while the control stays at u_n.
 */
export interface ControlProblem {
  /**
   * The model f(s, z, u): states [batch, n] and one control input [batch, m], whatever its name. Controls that nobody chooses
   * have to be fixed before, as `fieldOfModel` does.
   */
  readonly field: Field;
  readonly bounds: ControlBounds;
  /** Controls in a unit of s: hertz, where s is seconds. Every control is held for 1/`controlRate`. */
  readonly controlRate: number;
  /** How far plans look ahead, in units of s: a whole number of control intervals. */
  readonly horizon: number;
  /** ℓ in a unit of s, [batch] or [batch, 1]: of state [batch, n] and control [batch, m] at the start of an interval, and of its s. */
  stageCost(z: Node, u: Node, s: Node): Node;
  /** φ, [batch] or [batch, 1]: of the state at the end of the horizon, and of s there. Default: none. */
  terminalCost?(z: Node, s: Node): Node;
  /** h(z), [batch, c]: to be 0 or less at the end of every interval. Default: none. */
  constraints?(z: Node, s: Node): Node;
  /** What plans pay for violations: this times Δ Σ max(h, 0)². Default 100. */
  readonly penalty?: number;
}
