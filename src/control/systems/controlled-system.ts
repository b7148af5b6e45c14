import type { Node } from "../../graph/index.js";
import type { Field } from "../../ode/index.js";

/** A mechanical system with inputs that somebody chooses, as a field f(s, z, u). */
export interface ControlledSystem {
  /** For people: `cart-pole`. */
  readonly name: string;
  /** dz/ds = f(s, z, u): states [batch, n], controls `u` [batch, m]; s is time in seconds. */
  readonly field: Field;
  /** What the columns of the state are, with their units. */
  readonly stateNames: readonly string[];
  /** What the columns of the control are. */
  readonly controlNames: readonly string[];
  /** Kinetic and potential energy in joules, [batch, 1]: constant where no control works and nothing rubs. */
  energy(z: Node): Node;
}

/** The name that the controls of all systems here have among the inputs of their fields. */
export const CONTROL_INPUT = "u";
