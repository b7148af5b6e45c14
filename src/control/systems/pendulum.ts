import { add, concatColumns, cos, mul, type Node, sin, square, sub } from "../../graph/index.js";
import { defineField } from "../../ode/index.js";
import { columns } from "./columns.js";
import { CONTROL_INPUT, type ControlledSystem } from "./controlled-system.js";
import { requireParameters } from "./parameters.js";

/** A pendulum with a motor at its pivot, in SI units. */
export interface PendulumParameters {
  /** Of the bob, kg. Default 1. */
  readonly mass?: number;
  /** Of the massless rod, m. Default 1. */
  readonly length?: number;
  /** m/s². Default 9.81. */
  readonly gravity?: number;
  /** Torque against the motion by angular velocity, N m s. Default 0. */
  readonly friction?: number;
}

/**
 * A pendulum with torque: m l² dω/ds = u − b ω − m g l sin θ.
 * State: the angle θ from hanging down, rad, and its velocity ω, rad/s; control: the torque u, N m.
 * @throws INVALID_ARGUMENT for a mass or length that is not positive, or a negative friction.
 */
export function pendulum(parameters: PendulumParameters = {}): ControlledSystem {
  const { mass = 1, length = 1, gravity = 9.81, friction = 0 } = parameters;
  requireParameters("pendulum", { mass, length }, { friction });
  const inertia = mass * length * length;
  const weight = mass * gravity * length;
  const field = defineField(
    ["batch", 2],
    (_, z, { [CONTROL_INPUT]: u }) => {
      const [angle, velocity] = columns(z);
      const torques = [u as Node, mul(sin(angle), -weight), mul(velocity, -friction)];
      const torque = torques.slice(0, friction === 0 ? 2 : 3).reduce((total, one) => add(total, one));
      return concatColumns([velocity, mul(torque, 1 / inertia)]);
    },
    { controls: { [CONTROL_INPUT]: { shape: ["batch", 1] } } },
  );
  return {
    name: "pendulum",
    field,
    stateNames: ["angle from hanging (rad)", "angular velocity (rad/s)"],
    controlNames: ["torque (N m)"],
    energy: (z) => {
      const [angle, velocity] = columns(z);
      return sub(mul(square(velocity), inertia / 2), mul(cos(angle), weight));
    },
  };
}
