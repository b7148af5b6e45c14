import { add, concatColumns, cos, div, mul, type Node, sin, square, sub, sum } from "../../graph/index.js";
import { defineField } from "../../ode/index.js";
import { columns } from "./columns.js";
import { CONTROL_INPUT, type ControlledSystem } from "./controlled-system.js";
import { requireParameters } from "./parameters.js";

/** A cart on a track with a pole that swings on it, in SI units. */
export interface CartPoleParameters {
  /** kg. Default 1. */
  readonly cartMass?: number;
  /** At the end of the massless pole, kg. Default 0.2. */
  readonly poleMass?: number;
  /** m. Default 0.5. */
  readonly length?: number;
  /** m/s². Default 9.81. */
  readonly gravity?: number;
  /** Force against the cart by its velocity, N s/m. Default 0. */
  readonly cartFriction?: number;
  /** Torque against the pole by its angular velocity, N m s. Default 0. */
  readonly poleFriction?: number;
}

/**
 * A cart pushed by a force u, with a pole whose angle θ is counted from upright:
 * (M + m) p̈ + m l (θ̈ cos θ − θ̇² sin θ) = u − c ṗ,  m l² θ̈ + m l p̈ cos θ − m g l sin θ = −d θ̇.
 * State: position p, m; θ, rad; their velocities, m/s and rad/s. Control: the force u on the cart, N.
 * @throws INVALID_ARGUMENT for a mass or length that is not positive, or a negative friction.
 * Reference: A. G. Barto, R. S. Sutton, C. W. Anderson, IEEE Transactions on Systems, Man, and Cybernetics 13 (1983), for a
 * pole of distributed mass.
 */
export function cartPole(parameters: CartPoleParameters = {}): ControlledSystem {
  const { cartMass: M = 1, poleMass: m = 0.2, length: l = 0.5, gravity: g = 9.81 } = parameters;
  const { cartFriction: c = 0, poleFriction: d = 0 } = parameters;
  requireParameters(
    "cart-pole",
    { cartMass: M, poleMass: m, length: l },
    { cartFriction: c, poleFriction: d },
  );
  const field = defineField(
    ["batch", 4],
    (_, z, { [CONTROL_INPUT]: u }) => {
      const [, angle, velocity, turning] = columns(z);
      const [sine, cosine] = [sin(angle), cos(angle)];
      // m l θ̇² sin θ − m g sin θ cos θ = m sin θ (l θ̇² − g cos θ).
      const swing = mul(mul(sine, m), sub(mul(square(turning), l), mul(cosine, g)));
      const forces = [u as Node, swing];
      if (c !== 0) forces.push(mul(velocity, -c));
      if (d !== 0) forces.push(mul(mul(turning, cosine), d / l));
      const push = div(sum(...forces), add(mul(square(sine), m), M));
      const fall = mul(sub(mul(sine, g), mul(push, cosine)), 1 / l);
      const turn = d === 0 ? fall : sub(fall, mul(turning, d / (m * l * l)));
      return concatColumns([velocity, turning, push, turn]);
    },
    { controls: { [CONTROL_INPUT]: { shape: ["batch", 1] } } },
  );
  return {
    name: "cart-pole",
    field,
    stateNames: ["position (m)", "angle from upright (rad)", "velocity (m/s)", "angular velocity (rad/s)"],
    controlNames: ["force (N)"],
    energy: (z) => {
      const [, angle, velocity, turning] = columns(z);
      const cosine = cos(angle);
      return sum(
        mul(square(velocity), (M + m) / 2),
        mul(mul(mul(velocity, turning), cosine), m * l),
        mul(square(turning), (m * l * l) / 2),
        mul(cosine, m * g * l),
      );
    },
  };
}
